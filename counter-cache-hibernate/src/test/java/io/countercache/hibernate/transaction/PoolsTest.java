package io.countercache.hibernate.transaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.countercache.hibernate.support.Blog.Author;
import io.countercache.hibernate.support.Blog.Comment;
import io.countercache.hibernate.support.Blog.Post;
import io.countercache.hibernate.support.Relay;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.EntityManager;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.apache.commons.dbcp2.BasicDataSource;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.orm.jpa.EntityManagerFactoryUtils;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.vendor.HibernateJpaDialect;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Counters go along with the COMMIT through whatever gives Hibernate its connections, and what it gets back is as it was. Each pool has
 * one connection: what a transaction leaves on it, the next one meets.
 */
@Tag("postgresql")
@ParameterizedClass(name = "{0}")
@EnumSource
class PoolsTest {

    enum Pool {
        HIKARI {
            @Override
            DataSource open(String url, HikariDataSource like) {
                HikariConfig config = new HikariConfig();
                config.setJdbcUrl(url);
                config.setUsername(like.getUsername());
                config.setPassword(like.getPassword());
                config.setSchema(like.getSchema());
                config.setMaximumPoolSize(1);
                return new HikariDataSource(config);
            }
        },
        AGROAL {
            @Override
            DataSource open(String url, HikariDataSource like) throws SQLException {
                return AgroalDataSource.from(new AgroalDataSourceConfigurationSupplier()
                        .connectionPoolConfiguration(pool -> pool.maxSize(1)
                                .connectionFactoryConfiguration(connection -> connection
                                        .jdbcUrl(url)
                                        .principal(new NamePrincipal(like.getUsername()))
                                        .credential(new SimplePassword(like.getPassword()))
                                        .initialSql("set search_path to " + like.getSchema()))));
            }
        },
        DBCP2 {
            @Override
            DataSource open(String url, HikariDataSource like) {
                BasicDataSource pool = new BasicDataSource();
                pool.setUrl(url);
                pool.setUsername(like.getUsername());
                pool.setPassword(like.getPassword());
                pool.setDefaultSchema(like.getSchema());
                pool.setMaxTotal(1);
                return pool;
            }
        },
        DATASOURCE_PROXY {
            @Override
            DataSource open(String url, HikariDataSource like) throws SQLException {
                return ProxyDataSourceBuilder.create(HIKARI.open(url, like)).build();
            }
        },
        SPRING_LAZY {
            @Override
            DataSource open(String url, HikariDataSource like) throws SQLException {
                return new LazyConnectionDataSourceProxy(HIKARI.open(url, like));
            }
        },
        SPRING_TRANSACTION_AWARE {
            @Override
            DataSource open(String url, HikariDataSource like) throws SQLException {
                return new TransactionAwareDataSourceProxy(HIKARI.open(url, like));
            }
        };

        abstract DataSource open(String url, HikariDataSource like) throws SQLException;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(Post.class, Author.class, Comment.class);

    @Parameter
    Pool pool;

    private Relay relay;
    private DataSource connections;
    private SessionFactory factory;
    private Post post;

    @BeforeEach
    void open() throws SQLException {
        post = db.persist(new Post("post"));
        relay = new Relay(db.connections());
        connections = pool.open(relay.url(), db.connections());
        factory = factory(PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_RELEASE_AFTER_TRANSACTION);
        comment(); // takes ids from the sequence
    }

    private SessionFactory factory(PhysicalConnectionHandlingMode handling) {
        var configuration = db.configuration();
        configuration.getProperties().put("hibernate.hbm2ddl.auto", "none");
        configuration.getProperties().put("hibernate.connection.datasource", connections);
        configuration.getProperties().put("hibernate.connection.handling_mode", handling);
        return configuration.buildSessionFactory();
    }

    @AfterEach
    void close() throws Exception {
        factory.close();
        relay.close();
        if (connections.isWrapperFor(AutoCloseable.class)) {
            connections.unwrap(AutoCloseable.class).close();
        }
        db.execute("alter table post drop constraint if exists few");
    }

    private void comment() {
        factory.inTransaction(session -> session.persist(new Comment(session.getReference(Post.class, post.id))));
    }

    private void assertCommitsAlong(Runnable work) throws SQLException {
        List<String> messages = relay.messagesOf(work).stream()
                .filter(message -> !message.startsWith("SET SESSION")) // Spring sets the isolation, and sets it back
                .toList();
        assertThat(messages.get(messages.size() - 1)).matches("update post .*; commit");
        assertThat(messages).as("and none that ends a transaction").doesNotContain("COMMIT", "ROLLBACK");
        assertClean();
    }

    private void assertClean() throws SQLException {
        try (Connection connection = connections.getConnection()) {
            assertThat(connection.getAutoCommit()).isTrue();
            assertThat(connection.isReadOnly()).isFalse();
            assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
            assertThat(connection.unwrap(BaseConnection.class).getTransactionState())
                    .isEqualTo(TransactionState.IDLE);
        }
        assertThat(db.number("select count(*) from pg_locks where relation = 'post'::regclass"))
                .isZero();
    }

    @Test
    void aCounterGoesAlongWithTheCommit() throws SQLException {
        assertCommitsAlong(this::comment);
        assertThat(db.number("select comments_count from post")).isEqualTo(2);
    }

    @Test
    void aManagedParentShowsWhatIsStored() throws SQLException {
        assertCommitsAlong(() -> factory.inSession(session -> {
            var transaction = session.beginTransaction();
            Post managed = session.find(Post.class, post.id);
            session.persist(new Comment(managed));
            db.persist(new Comment(post));
            transaction.commit();
            assertThat(managed.shown()).as("with that of another transaction").isEqualTo(3);
        }));
    }

    @Test
    void aCounterThatCannotBeWrittenLeavesNothingBehind() throws SQLException {
        db.execute("alter table post add constraint few check (comments_count < 2)");
        assertThatThrownBy(this::comment).isInstanceOf(ConstraintViolationException.class);
        assertClean();
        assertThat(db.number("select count(*) from comment")).isEqualTo(1);
        db.execute("alter table post drop constraint few");
        assertCommitsAlong(this::comment);
    }

    @Test
    void theIsolationOfATransactionOfSpringsEndsWithIt() throws SQLException {
        try (SessionFactory held = factory(PhysicalConnectionHandlingMode.DELAYED_ACQUISITION_AND_HOLD)) {
            JpaTransactionManager manager = new JpaTransactionManager(held);
            manager.setJpaDialect(new HibernateJpaDialect());
            manager.afterPropertiesSet();
            TransactionTemplate template = new TransactionTemplate(manager);
            template.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
            template.executeWithoutResult(status -> comment(held)); // takes ids from the sequence
            assertCommitsAlong(() -> template.executeWithoutResult(status -> comment(held)));
        }
    }

    private void comment(SessionFactory held) {
        EntityManager current = EntityManagerFactoryUtils.getTransactionalEntityManager(held);
        Session session = current.unwrap(Session.class);
        assertThat(session.createNativeQuery("show transaction_isolation", String.class)
                        .getSingleResult())
                .isEqualTo("repeatable read");
        session.persist(new Comment(session.getReference(Post.class, post.id)));
    }
}
