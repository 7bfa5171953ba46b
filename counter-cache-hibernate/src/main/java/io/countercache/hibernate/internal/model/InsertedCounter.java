package io.countercache.hibernate.internal.model;

import java.util.EnumSet;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.generator.BeforeExecutionGenerator;
import org.hibernate.generator.EventType;
import org.hibernate.generator.EventTypeSets;
import org.jspecify.annotations.Nullable;

/**
 * The value of a counter in the INSERT of its parent. A generator, because Hibernate asks it after all listeners and interceptors
 * of the application, whatever these have put into the state.
 */
public final class InsertedCounter implements BeforeExecutionGenerator {

    private static final long serialVersionUID = 1;

    private final transient Value value;

    /** Says what is inserted. */
    public interface Value {
        /**
         * The value that the INSERT writes.
         *
         * @param assigned what is in the state of the parent
         */
        Object of(Object parent, @Nullable Object assigned, SharedSessionContractImplementor session);
    }

    public InsertedCounter(Value value) {
        this.value = value;
    }

    @Override
    public Object generate(
            SharedSessionContractImplementor session, Object parent, @Nullable Object assigned, EventType event) {
        return value.of(parent, assigned, session);
    }

    @Override
    public EnumSet<EventType> getEventTypes() {
        return EventTypeSets.INSERT_ONLY;
    }

    @Override
    public boolean allowMutation() {
        return true; // what else may change the attribute is not its business
    }
}
