package io.countercache.hibernate.support;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.JDBCException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.StatelessSession;
import org.hibernate.cfg.Configuration;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/**
 * What would be sent to a database that is not there in the tests. A session factory has its dialect, and connections to an H2 that has
 * no tables: so the first statement is the last one.
 */
public final class SqlByText implements AutoCloseable {

    private final List<String> sent = new ArrayList<>();
    private final SessionFactoryImplementor factory;

    public SqlByText(String dialect, Class<?>... entities) {
        Configuration configuration = configuration(dialect, entities)
                .setProperty("hibernate.connection.url", "jdbc:h2:mem:")
                .setStatementInspector(sql -> {
                    sent.add(sql);
                    return sql;
                });
        factory = (SessionFactoryImplementor) configuration.buildSessionFactory();
    }

    /** For a session factory that asks no database for anything. */
    public static Configuration configuration(String dialect, Class<?>... entities) {
        Configuration configuration = new Configuration()
                .setProperty("hibernate.dialect", "org.hibernate.dialect." + dialect)
                .setProperty("hibernate.boot.allow_jdbc_metadata_access", "false");
        List.of(entities).forEach(configuration::addAnnotatedClass);
        return configuration;
    }

    public SessionFactoryImplementor factory() {
        return factory;
    }

    /** The first statement of a transaction. */
    public String sent(Consumer<Session> work) {
        return firstOf(() -> factory.inTransaction(work));
    }

    /** The first statement of a transaction of a stateless session. */
    public String sentStateless(Consumer<StatelessSession> work) {
        return firstOf(() -> factory.inStatelessTransaction(work));
    }

    /** The first statement of what has sessions of its own. */
    public String sentWith(Consumer<SessionFactory> work) {
        return firstOf(() -> work.accept(factory));
    }

    private String firstOf(Runnable work) {
        sent.clear();
        assertThatThrownBy(work::run).isInstanceOf(JDBCException.class).hasMessageContaining("not found");
        assertThat(sent).hasSize(1);
        return sent.get(0);
    }

    @Override
    public void close() {
        factory.close();
    }
}
