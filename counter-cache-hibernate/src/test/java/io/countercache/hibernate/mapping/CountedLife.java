package io.countercache.hibernate.mapping;

import static io.countercache.hibernate.support.SameSource.insert;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.RepairReport;
import io.countercache.UncountableStatementException;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterModel;
import io.countercache.hibernate.internal.model.WatchedEntity.CountedBy;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import java.util.Comparator;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;

/**
 * The life of some children and their parents, whatever they are mapped like: everything that a session does to a child is
 * done once, and the counters of two parents are read back after each step.
 */
public final class CountedLife<P, C> {

    private final TestDatabase db;
    private final Supplier<? extends P> parents;
    private final Supplier<? extends C> children;
    private final BiConsumer<C, P> put;
    private final ToLongFunction<P> count;
    private final Class<P> parentType;
    private final String[] corruptions;

    private boolean moves = true;
    private boolean optional = true;
    private boolean cascades;
    private boolean updatedInBulk = true;
    private boolean changedInBulk = true;
    private boolean persistsParents;
    private Object first;
    private Object second;

    /**
     * @param corruptions SQL that makes every counter a wrong one
     */
    public CountedLife(
            TestDatabase db,
            Class<P> parentType,
            Supplier<? extends P> parents,
            Supplier<? extends C> children,
            BiConsumer<C, P> put,
            ToLongFunction<P> count,
            String... corruptions) {
        this.db = db;
        this.parentType = parentType;
        this.parents = parents;
        this.children = children;
        this.put = put;
        this.count = count;
        this.corruptions = corruptions;
    }

    /** The association is a part of the id, or of both ids. */
    public CountedLife<P, C> staysWhereItIs() {
        moves = false;
        optional = false;
        return this;
    }

    public CountedLife<P, C> isNotOptional() {
        optional = false;
        return this;
    }

    /** Removing a parent removes its children. */
    public CountedLife<P, C> isRemovedWithItsParent() {
        cascades = true;
        return this;
    }

    /** Hibernate's own bulk UPDATE of such an association writes something else. */
    public CountedLife<P, C> isNotUpdatedInBulk() {
        updatedInBulk = false;
        return this;
    }

    /** With such a child, Hibernate 6.6 persists its parent, even one that is detached, whose row is there already. */
    public CountedLife<P, C> hasAnIdOfItsParent() {
        persistsParents = !HibernateVersions.isSince("7.0");
        return staysWhereItIs();
    }

    /** Bulk statements on such an entity are refused. */
    public CountedLife<P, C> isNotChangedInBulk() {
        changedInBulk = false;
        return this;
    }

    public void isLived() {
        first = id(db.persist(parents.get()));
        second = id(db.persist(parents.get()));
        C one = isPersisted();
        if (moves) {
            isMoved(one);
        }
        isMerged(one);
        isSeenByAQuery();
        isChangedWithoutASession();
        if (changedInBulk) {
            isChangedInBulk();
        }
        isRecounted();
        isRemoved(one);
    }

    private Object id(Object entity) {
        return db.factory().getPersistenceUnitUtil().getIdentifier(entity);
    }

    private void counts(String step, long inFirst, long inSecond) {
        db.inTransaction(session -> {
            assertThat(count.applyAsLong(session.find(parentType, first)))
                    .as("the first parent after: " + step)
                    .isEqualTo(inFirst);
            assertThat(count.applyAsLong(session.find(parentType, second)))
                    .as("the second parent after: " + step)
                    .isEqualTo(inSecond);
        });
        assertThat(CounterRepair.of(db.factory(), parentType).verify())
                .as("a recount after: " + step)
                .matches(RepairReport::isClean);
    }

    private C child(P parent) {
        C child = children.get();
        put.accept(child, parent);
        return child;
    }

    @SuppressWarnings("unchecked") // an instance has the class that it has
    private C managed(Session session, C child) {
        return (C) session.find(child.getClass(), id(child));
    }

    private C isPersisted() {
        C one = db.fromTransaction(session -> {
            P parent = session.find(parentType, first);
            C child = child(parent);
            session.persist(child);
            session.flush();
            assertThat(count.applyAsLong(parent)).as("in memory").isEqualTo(1);
            return child;
        });
        counts("persist", 1, 0);
        db.inTransaction(session -> session.persist(child(session.getReference(parentType, second))));
        counts("persist with a reference", 1, 1);
        return one;
    }

    private void isMoved(C child) {
        db.inTransaction(session -> put.accept(managed(session, child), session.find(parentType, second)));
        counts("move", 0, 2);
        if (optional) {
            db.inTransaction(session -> put.accept(managed(session, child), null));
            counts("no parent", 0, 1);
        }
        db.inTransaction(session -> put.accept(managed(session, child), session.getReference(parentType, first)));
        counts("move back", 1, 1);
    }

    private void isMerged(C child) {
        C detached = db.fromTransaction(session -> managed(session, child));
        if (moves) {
            put.accept(detached, db.fromTransaction(session -> session.find(parentType, second)));
            db.inTransaction(session -> session.merge(detached));
            counts("merge of a moved one", 0, 2);
            put.accept(detached, db.fromTransaction(session -> session.find(parentType, first)));
        }
        db.inTransaction(session -> session.merge(detached));
        counts("merge", 1, 1);
        if (!persistsParents) {
            isMergedAnew();
        }
    }

    private void isMergedAnew() {
        C fresh = child(db.fromTransaction(session -> session.find(parentType, first)));
        C merged = db.fromTransaction(session -> session.merge(fresh));
        counts("merge of a new one", 2, 1);
        db.inTransaction(session -> session.remove(managed(session, merged)));
        counts("remove", 1, 1);
    }

    private void isSeenByAQuery() {
        db.inTransaction(session -> {
            session.persist(child(session.getReference(parentType, second)));
            P read = session.createSelectionQuery(
                            "select p from %s p where id(p) = :id".formatted(Hql.name(entity(parentType))), parentType)
                    .setParameter("id", second)
                    .getSingleResult();
            session.refresh(read);
            assertThat(count.applyAsLong(parentType.cast(Hibernate.unproxy(read))))
                    .as("read by a query")
                    .isEqualTo(2);
        });
        counts("a query between persist and commit", 1, 2);
    }

    private EntityPersister entity(Class<?> type) {
        return db.factory()
                .unwrap(SessionFactoryImplementor.class)
                .getMappingMetamodel()
                .getEntityDescriptor(type);
    }

    private void isChangedWithoutASession() {
        C child = child(db.fromTransaction(session -> session.find(parentType, first)));
        if (!HibernateVersions.isSince("7.2")) {
            isRefused(() -> stateless(session -> insert(session, child)));
            return;
        }
        stateless(session -> insert(session, child));
        counts("insert", 2, 2);
        if (moves) {
            put.accept(child, db.fromTransaction(session -> session.find(parentType, second)));
            stateless(session -> session.update(child));
            counts("update", 1, 3);
            put.accept(child, db.fromTransaction(session -> session.find(parentType, first)));
            stateless(session -> session.update(child));
            counts("update back", 2, 2);
        }
        stateless(session -> session.delete(child));
        counts("delete", 1, 2);
    }

    private void isChangedInBulk() {
        P detached = db.fromTransaction(session -> session.find(parentType, first));
        C child = db.fromTransaction(session -> {
            C fresh = child(persistsParents ? session.find(parentType, first) : detached);
            session.persist(fresh);
            return fresh;
        });
        counts("persist before bulk statements", 2, 2);
        if (!HibernateVersions.isSince("7.2")) {
            isRefused(() -> delete(child));
            db.inTransaction(session -> session.remove(managed(session, child)));
            return;
        }
        if (moves && updatedInBulk) {
            update(child, second);
            counts("bulk update", 1, 3);
            if (optional) {
                update(child, null);
                counts("bulk update to no parent", 1, 2);
            }
            update(child, first);
            counts("bulk update back", 2, 2);
        }
        delete(child);
        counts("bulk delete", 1, 2);
    }

    /** Nothing of it is done. */
    private void isRefused(ThrowingCallable change) {
        assertThatThrownBy(change).hasStackTraceContaining(UncountableStatementException.class.getName());
    }

    private void delete(C child) {
        bulk("delete from %s c where id(c) = :id".formatted(Hql.name(entity(child.getClass()))), child, null);
    }

    private void update(C child, Object parent) {
        EntityPersister entity = entity(child.getClass());
        CounterModel model = Installation.of(entity).model();
        String association = model.watched(entity).counters().stream()
                .map(CountedBy::counter)
                .max(Comparator.comparing(counter -> counter.parent().equals(parentType.getName())))
                .orElseThrow()
                .association();
        String hql = "update %s c set c.%s = %s where id(c) = :id"
                .formatted(Hql.name(entity), association, parent == null ? "null" : ":parent");
        bulk(hql, child, parent);
    }

    private void bulk(String hql, C child, Object parent) {
        db.inTransaction(session -> {
            var query = session.createMutationQuery(hql).setParameter("id", id(child));
            if (parent != null) {
                query.setParameter("parent", session.getReference(parentType, parent));
            }
            assertThat(query.executeUpdate()).as(hql).isEqualTo(1);
        });
    }

    private void stateless(Consumer<StatelessSession> work) {
        db.factory().inStatelessTransaction(work);
    }

    private void isRecounted() {
        corrupt();
        db.inTransaction(session -> assertThat(CounterCaches.of(session).resetCounters(parentType, first))
                .as("what a reset finds")
                .hasSize(1));
        RepairReport report =
                CounterRepair.of(db.factory(), parentType).chunkSize(1).repair();
        assertThat(report.failures()).isEmpty();
        assertThat(report.first()).extracting(drift -> drift.id()).contains(second);
        counts("repair", 1, 2);
        corrupt();
        assertThat(CounterRepair.of(db.factory(), parentType)
                        .after(first)
                        .repair()
                        .failures())
                .isEmpty();
        assertThat(CounterRepair.of(db.factory(), parentType).repair().failures())
                .isEmpty();
        counts("repair of the rest and of all", 1, 2);
    }

    private void corrupt() {
        for (String sql : corruptions) {
            db.execute(TestServer.IS_MARIADB ? sql.replace('"', '`') : sql);
        }
    }

    private void isRemoved(C child) {
        if (cascades) {
            db.inTransaction(session -> session.remove(session.find(parentType, second)));
        } else {
            db.inTransaction(session -> session.remove(session.getReference(child.getClass(), id(child))));
            counts("remove of a reference", 0, 2);
            return;
        }
        db.inTransaction(session -> {
            assertThat(session.find(parentType, second))
                    .as("the removed parent")
                    .isNull();
            assertThat(count.applyAsLong(session.find(parentType, first))).isEqualTo(1);
        });
        assertThat(CounterRepair.of(db.factory(), parentType).verify()).matches(RepairReport::isClean);
    }
}
