package io.countercache.hibernate.internal.check;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Member;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jboss.logging.Logger;

/**
 * A counter whose values Envers or Hibernate keeps as well. Both do so when the parent itself is written, and a counter is written
 * after that, without it. The annotations are known by their names, for Envers is not on every class path.
 */
public final class AuditedCounter {

    private static final Logger LOG = Logger.getLogger(AuditedCounter.class);

    private static final String ENVERS = "org.hibernate.envers.Audited";
    private static final String HIBERNATE = "org.hibernate.annotations.Audited";
    private static final Set<String> EXCLUDED = Set.of("org.hibernate.envers.NotAudited", HIBERNATE + "$Excluded");

    private AuditedCounter() {}

    /** Logs a warning if a counter is audited. */
    public static void warn(PersistentClass parent, Property counter) {
        if (parent.getMappedClass() == null) {
            return; // a dynamic model has no annotations
        }
        Member member = counter.getGetter(parent.getMappedClass()).getMember();
        if (member instanceof AnnotatedElement attribute
                && !has(attribute, EXCLUDED)
                && (has(attribute, Set.of(ENVERS)) || isAudited(parent.getMappedClass(), member.getDeclaringClass()))) {
            LOG.warnf(
                    "%s.%s is audited, but the audit log gets the value of the parent's own last change and not that of its"
                            + " children's: annotate the counter with @NotAudited, or Hibernate's @Audited.Excluded",
                    parent.getJpaEntityName(), counter.getName());
        }
    }

    /** Envers audits the attributes of the class that is annotated, Hibernate all of an entity and of those that extend it. */
    private static boolean isAudited(Class<?> entity, Class<?> declaring) {
        return has(declaring, Set.of(ENVERS))
                || Stream.<Class<?>>iterate(entity, Objects::nonNull, Class::getSuperclass)
                        .anyMatch(type -> has(type, Set.of(HIBERNATE)));
    }

    private static boolean has(AnnotatedElement element, Set<String> names) {
        return Stream.of(element.getAnnotations())
                .map(Annotation::annotationType)
                .map(Class::getName)
                .anyMatch(names::contains);
    }
}
