package io.countercache.hibernate.support;

import jakarta.transaction.Synchronization;
import java.util.function.IntConsumer;
import org.hibernate.Session;

/** A synchronization that is only called when the transaction has ended. */
public record AfterCompletion(IntConsumer called) implements Synchronization {

    /** Registers one with the transaction of a session; it is given the status. */
    public static void of(Session session, IntConsumer called) {
        session.getTransaction().registerSynchronization(new AfterCompletion(called));
    }

    @Override
    public void beforeCompletion() {}

    @Override
    public void afterCompletion(int status) {
        called.accept(status);
    }
}
