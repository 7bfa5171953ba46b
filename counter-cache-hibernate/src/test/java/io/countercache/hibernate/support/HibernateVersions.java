package io.countercache.hibernate.support;

import static org.junit.jupiter.api.extension.ConditionEvaluationResult.disabled;
import static org.junit.jupiter.api.extension.ConditionEvaluationResult.enabled;

import java.lang.module.ModuleDescriptor.Version;
import java.lang.reflect.AnnotatedElement;
import java.util.Optional;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** The tests are compiled once and run on each version of Hibernate that the library supports. This one says on which. */
public final class HibernateVersions implements ExecutionCondition {

    /** As it names itself: {@code 7.4.6.Final}. */
    public static final String CURRENT = org.hibernate.Version.getVersionString();

    /** Whether the tests run on this minor version or a newer one: {@code isSince("7.2")}. */
    public static boolean isSince(String minor) {
        return minorOf(CURRENT).compareTo(minorOf(minor)) >= 0;
    }

    /** The 8.0 of a beta is as good as any. */
    private static Version minorOf(String version) {
        String[] parts = version.split("\\.", 3);
        return Version.parse(parts[0] + "." + parts[1]);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        Optional<AnnotatedElement> test = context.getElement();
        var since = AnnotationSupport.findAnnotation(test, SinceHibernate.class);
        if (since.isPresent() && !isSince(since.get().value())) {
            return skipped("needs Hibernate " + since.get().value(), since.get().because());
        }
        var before = AnnotationSupport.findAnnotation(test, BeforeHibernate.class);
        if (before.isPresent() && isSince(before.get().value())) {
            return skipped(
                    "is for Hibernate before " + before.get().value(),
                    before.get().because());
        }
        return enabled(CURRENT);
    }

    private static ConditionEvaluationResult skipped(String why, String because) {
        return disabled(why + (because.isEmpty() ? "" : ": " + because));
    }
}
