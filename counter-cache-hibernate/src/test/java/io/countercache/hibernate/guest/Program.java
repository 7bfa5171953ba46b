package io.countercache.hibernate.guest;

import java.util.function.Consumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;

/**
 * What an application does in one transaction.
 *
 * @param added what the library has to add to it, in every {@link Setting}
 */
record Program(String name, Added added, Consumer<SessionFactory> transaction) {

    static Program of(String name, Added added, Consumer<Session> work) {
        return new Program(name, added, factory -> factory.inTransaction(work));
    }

    static Program stateless(String name, Added added, Consumer<StatelessSession> work) {
        return new Program(name, added, factory -> factory.inStatelessTransaction(work));
    }

    @Override
    public String toString() {
        return name;
    }
}
