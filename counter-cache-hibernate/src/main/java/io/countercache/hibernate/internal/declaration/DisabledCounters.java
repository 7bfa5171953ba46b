package io.countercache.hibernate.internal.declaration;

import io.countercache.hibernate.internal.support.Settings;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.mapping.Component;
import org.hibernate.mapping.PersistentClass;
import org.hibernate.mapping.Property;
import org.jboss.logging.Logger;

/** What becomes of declared counters while the library is disabled. */
public final class DisabledCounters {

    private static final Logger LOG = Logger.getLogger(DisabledCounters.class);

    private DisabledCounters() {}

    /** Logs a warning if counters are declared: nothing else would say why they get wrong, and cannot be changed by hand. */
    public static void warn(Metadata metadata) {
        String declaring = metadata.getEntityBindings().stream()
                .filter(DisabledCounters::declare)
                .map(PersistentClass::getJpaEntityName)
                .sorted()
                .collect(Collectors.joining(", "));
        if (!declaring.isEmpty()) {
            LOG.warnf(
                    "%s is false: nothing keeps the counters that %s declare, and they cannot be changed by hand: set it to true, and repair them then",
                    Settings.ENABLED, declaring);
        }
    }

    private static boolean declare(PersistentClass entity) {
        return Stream.concat(
                        AnnotatedMembers.of(entity.getMappedClass()),
                        entity.getProperties().stream()
                                .map(Property::getValue)
                                .filter(Component.class::isInstance)
                                .flatMap(embedded -> AnnotatedMembers.of((Component) embedded)))
                .anyMatch(AnnotatedMembers::isCounter);
    }
}
