package io.countercache.hibernate.integration;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.CounterCacheSettings;
import io.countercache.hibernate.integration.CachedBlog.Cached;
import io.countercache.hibernate.integration.CachedBlog.Loose;
import io.countercache.hibernate.integration.CachedBlog.Remark;
import io.countercache.hibernate.integration.CachedBlog.Strict;
import io.countercache.hibernate.integration.CachedBlog.Versioned;
import io.countercache.hibernate.support.TestDatabase;
import java.util.function.BiConsumer;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** A parent is served from the second-level cache when it would be without the library, unless an UPDATE has changed its row. */
@ParameterizedClass
@ValueSource(classes = {Strict.class, Versioned.class, Loose.class})
class CacheContentsTest {

    @Parameter
    Class<? extends Cached> type;

    @RegisterExtension
    final TestDatabase db =
            CachedBlog.caching(TestDatabase.with(Strict.class, Versioned.class, Loose.class, Remark.class));

    /** Does something to a new parent, with the library and without it. */
    private void assertSame(BiConsumer<Session, Cached> first, BiConsumer<Session, Cached> then) {
        boolean with = isServed(db.factory(), first, then);
        assertThat(with).isEqualTo(isServedWithoutTheLibrary(first, then));
    }

    private boolean isServedWithoutTheLibrary(BiConsumer<Session, Cached> first, BiConsumer<Session, Cached> then) {
        try (SessionFactory factory = db.configuration()
                .setProperty(CounterCacheSettings.ENABLED, "false")
                .setProperty("hibernate.cache.region_prefix", "without")
                .buildSessionFactory()) {
            return isServed(factory, first, then);
        } finally {
            String table = CachedBlog.create(type).table();
            db.execute("update %1$s set remarks_count = (select count(*) from remark where %1$s_id = %1$s.id)"
                    .formatted(table));
        }
    }

    /** An entry may also be a lock, which serves nobody: therefore the parent is looked for. */
    private boolean isServed(
            SessionFactory factory, BiConsumer<Session, Cached> first, BiConsumer<Session, Cached> then) {
        Cached parent = CachedBlog.create(type);
        factory.inTransaction(session -> first.accept(session, parent));
        factory.inTransaction(session -> then.accept(session, parent));
        return db.statementsOf(() -> factory.inTransaction(session -> session.find(type, parent.id)))
                .isEmpty();
    }

    private static void persist(Session session, Cached parent) {
        session.persist(parent);
    }

    private static void persistChildren(Session session, Cached parent) {
        session.persist(new Remark(parent));
        session.persist(new Remark(parent));
    }

    private static void nothing(Session session, Cached parent) {}

    @Test
    void aNewParent() {
        assertSame(CacheContentsTest::persist, CacheContentsTest::nothing);
    }

    @Test
    void aNewParentWithChildren() {
        assertSame(
                (session, parent) -> {
                    session.persist(parent);
                    persistChildren(session, parent);
                },
                CacheContentsTest::nothing);
    }

    @Test
    void aNewParentWithChildrenThatCameFirst() {
        assertSame(
                (session, parent) -> {
                    persistChildren(session, parent);
                    session.persist(parent);
                },
                CacheContentsTest::nothing);
    }

    @Test
    void aParentThatIsLoaded() {
        assertSame(CacheContentsTest::persist, (session, parent) -> session.find(type, parent.id));
    }

    @Test
    void aParentWhoseChildComesAndGoes() {
        assertSame(CacheContentsTest::persist, (session, parent) -> {
            Remark remark = new Remark(session.find(type, parent.id));
            session.persist(remark);
            session.flush();
            session.remove(remark);
        });
    }

    @Test
    void aNewParentWhoseChildrenComeWithTheNextFlushIsReadAgain() {
        BiConsumer<Session, Cached> later = (session, parent) -> {
            session.persist(parent);
            session.flush();
            persistChildren(session, parent);
        };
        assertThat(isServed(db.factory(), later, CacheContentsTest::nothing)).isFalse();
        assertThat(isServedWithoutTheLibrary(later, CacheContentsTest::nothing)).isEqualTo(type != Loose.class);
    }

    /** Its UPDATE does not tell which counters the row has: another transaction may have moved them since it was loaded. */
    @Test
    void aParentThatIsEditedIsReadAgain() {
        BiConsumer<Session, Cached> edit = (session, parent) -> session.find(type, parent.id).title = "edited";
        assertThat(isServed(db.factory(), CacheContentsTest::persist, edit)).isFalse();
        assertThat(isServedWithoutTheLibrary(CacheContentsTest::persist, edit)).isEqualTo(type != Loose.class);
    }
}
