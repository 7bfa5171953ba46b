package io.countercache.hibernate.modelcheck;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.Skipped;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.sql.Databases;
import io.countercache.hibernate.internal.sql.OldRows;
import io.countercache.hibernate.internal.write.SpreadRows;
import io.countercache.hibernate.internal.write.SquashTurns;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import io.countercache.hibernate.support.HibernateVersions;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.hibernate.FlushMode;
import org.hibernate.Session;
import org.hibernate.SharedSessionContract;
import org.hibernate.StatelessSession;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;

/** One session of a program: its transactions, its queries, and what it asks of the library. */
final class ModelSession implements Actor, Bulk.Executor {

    private final Run run;
    private final Context context;
    private final Changes changes;
    private final Removals removals;
    private final Detached detached;
    private final Queries queries;
    private final Bulk bulk;
    private Session session;
    private Skipped skipped;
    private boolean provoked;

    ModelSession(Run run) {
        this.run = run;
        this.context = new Context(
                run.committed(),
                run.names(),
                run.isExact(),
                run.isAlone(),
                run.database().writesAtFlush());
        this.changes = new Changes(context, run.names(), run.isExact());
        this.removals = new Removals(context, run.names(), changes);
        this.detached = new Detached(context, run.names(), changes);
        this.queries = new Queries(context, changes, run);
        this.bulk = new Bulk(this, run.names(), context.view, run.isExact(), run.isAlone());
        open();
    }

    private void open() {
        session = run.database().factory().openSession();
        context.open(session);
        run.database().watch(context);
    }

    @Override
    public boolean perform(Step step) {
        if (!session.getTransaction().isActive()) {
            session.beginTransaction();
        }
        boolean possible = switch (step.action()) {
            case EVICT, CLEAR, MERGE, MERGE_PARENT, REMOVE_DETACHED -> detached.perform(step);
            case REMOVE, REMOVE_AND_PERSIST, REMOVE_PARENT, ORPHAN -> removals.perform(step);
            case FLUSH -> {
                flush();
                yield true;
            }
            case QUERY_COUNTERS, QUERY_CHILDREN, QUERY_PARENTS -> queries.perform(step);
            case BULK_DELETE, BULK_UPDATE, BULK_INSERT -> bulk.perform(step);
            case READ_ONLY -> readOnly();
            case FLUSH_MODE -> flushMode();
            case DRIFT -> drift();
            case RESET -> reset();
            case CORRUPT -> corrupt(step);
            case SQUASH -> squash(step.item().kind(), step.variant() % 2 == 0);
            case WRITE -> write();
            case SKIP -> skip();
            case RESUME -> resume();
            case DUPLICATE -> duplicate(step.item(), step.variant() % 2 == 0 ? Kind.COMMENT : Kind.NOTE);
            case COMMIT -> commit(step.variant() % 3);
            case ROLLBACK -> rollback(step.variant() % 3);
            default -> changes.perform(step);
        };
        context.check();
        return possible;
    }

    @Override
    public void flush() {
        session.flush();
        checkFlushed();
    }

    @Override
    public SharedSessionContract session() {
        return session;
    }

    @Override
    public boolean canRefer(Item item) {
        return changes.canRefer(item);
    }

    @Override
    public Object reference(Item item) {
        return changes.reference(item);
    }

    @Override
    public boolean isManaged(Item item) {
        return context.isManaged(item);
    }

    @Override
    public boolean isCounting() {
        return !context.skipping;
    }

    @Override
    public void changed(Map<Item, State> rows) {
        context.bypass(rows);
    }

    private void checkFlushed() {
        if (!run.isExact()) {
            return;
        }
        // 7.0 fails to tell, of a session that has any proxy
        boolean canTell = !HibernateVersions.isSince("7.0") || HibernateVersions.isSince("7.1");
        if (canTell && session.isDirty()) {
            throw new AssertionError("the session is dirty after a flush");
        }
        session.doWork(connection -> Database.check(
                context.view, run.names(), connection, run.database().writesAtFlush() && !context.skipping));
    }

    private boolean readOnly() {
        detached.clear();
        session.setDefaultReadOnly(!session.isDefaultReadOnly());
        return true;
    }

    private boolean flushMode() {
        session.setHibernateFlushMode(
                switch (session.getHibernateFlushMode()) {
                    case AUTO -> FlushMode.MANUAL;
                    case MANUAL -> FlushMode.COMMIT;
                    default -> FlushMode.AUTO;
                });
        return true;
    }

    private boolean drift() {
        if (context.skipping) {
            return false;
        }
        for (Kind kind : Kind.PARENTS) {
            List<Drift> drift =
                    CounterCaches.of(session).on(kind.type, ids(kind)).drift();
            if (!drift.isEmpty()) {
                throw new AssertionError(drift.toString());
            }
        }
        return true;
    }

    private List<Long> ids(Kind kind) {
        return context.view.all().keySet().stream()
                .filter(item -> kind.type.isAssignableFrom(item.kind().type))
                .map(run.names()::id)
                .toList();
    }

    private boolean reset() {
        for (Kind kind : Kind.PARENTS) {
            List<Drift> drift =
                    CounterCaches.of(session).on(kind.type, ids(kind)).reset();
            if (!drift.isEmpty() && !context.skipping) {
                throw new AssertionError(drift.toString());
            }
        }
        return true;
    }

    private boolean corrupt(Step step) {
        Item parent = step.item();
        int by = 1 + step.variant() % 2;
        if (!context.view.has(parent) || context.skipping) {
            return false;
        }
        write();
        List<Counter> counters = parent.kind().counters();
        Counter counter = counters.get(step.variant() / 2 % counters.size());
        String sql = "update %1$s set %2$s = %2$s + %3$d where id = %4$d"
                .formatted(counter.table(), counter.column(), by, run.names().id(parent));
        session.doWork(connection -> {
            try (var statement = connection.createStatement()) {
                statement.executeUpdate(sql);
            }
        });
        List<Drift> drift = CounterCaches.of(session)
                .resetCounters(parent.kind().type, run.names().id(parent));
        if (run.isExact()
                && context.view.has(parent)
                && (drift.size() != 1 || difference(drift.get(0)).compareTo(BigDecimal.valueOf(-by)) != 0)) {
            throw new AssertionError("%s was wrong by %d but the reset says %s".formatted(parent, by, drift));
        }
        return true;
    }

    /**
     * In transactions of its own, which cannot wait for those that are open.
     *
     * @param byTheWay whether as a transaction squashes before its commit
     */
    private boolean squash(Kind kind, boolean byTheWay) {
        try {
            if (byTheWay) {
                run.database().factory().inStatelessTransaction(squashing -> squashUnlocked(kind, squashing));
            } else {
                CounterRepair.of(run.database().factory(), kind.type).squash();
            }
            return true;
        } catch (RuntimeException e) {
            if (Failure.of(e) == Failure.LOCKED) {
                return false;
            }
            throw e;
        }
    }

    private static void squashUnlocked(Kind kind, StatelessSession session) {
        var squashing = (SharedSessionContractImplementor) session;
        if (!Databases.of(squashing).canAddToSlots() || !OldRows.mayBeChanged(squashing)) {
            return;
        }
        EntityPersister entity = Entities.entity(kind.type.getName(), squashing.getFactory());
        List<Object> ids = session.createSelectionQuery(
                        "select r.id from %s r".formatted(entity.getEntityName()), Object.class)
                .getResultList();
        if (!ids.isEmpty()) {
            SquashTurns.squash(
                    Installation.of(entity).model().slots().of(entity).stream()
                            .map(each -> new SpreadRows(entity, each.slots(), each.type(), ids))
                            .toList(),
                    squashing);
        }
    }

    private static BigDecimal difference(Drift drift) {
        return new BigDecimal(drift.actual().toString())
                .subtract(new BigDecimal(drift.stored().toString()));
    }

    private boolean write() {
        CounterCaches.of(session).flush();
        context.settled();
        if (run.isExact() && !context.skipping) {
            session.doWork(connection -> Database.check(context.view, run.names(), connection, true));
        }
        return true;
    }

    private boolean isManual() {
        return session.getHibernateFlushMode() == FlushMode.MANUAL;
    }

    private boolean skip() {
        if (skipped != null) {
            return false;
        }
        if (isManual()) {
            session.flush();
        }
        skipped = CounterCaches.of(session).skip();
        context.skipping = true;
        return true;
    }

    private boolean resume() {
        if (skipped == null) {
            return false;
        }
        if (isManual()) {
            session.flush();
        }
        skipped.close();
        skipped = null;
        if (!run.isAlone()) {
            lockWays();
        }
        reset();
        context.skipping = false;
        return true;
    }

    /** Else another session could move one of these, not see what was skipped beneath it, and leave it behind. */
    private void lockWays() {
        session.doWork(connection -> {
            try (var statement = connection.createStatement()) {
                for (String table : List.of("post", "author", "node")) {
                    statement.execute("select id from %s order by id%s".formatted(table, Server.LOCK));
                }
            }
        });
    }

    private boolean duplicate(Item post, Kind kind) {
        if (!changes.canRefer(post)) {
            return false;
        }
        Row taken = kind.make.get();
        taken.parent(0, changes.reference(post));
        taken.edit("taken");
        // the row that has it may be gone, or be edited
        provoked = true;
        session.persist(taken);
        return true;
    }

    private boolean commit(int variant) {
        resume();
        session.getTransaction().commit();
        if (!isManual()) {
            forgive(); // else what was provoked is still to come
        }
        context.view.commit();
        context.settled();
        run.committedOne();
        context.check();
        if (variant == 1) {
            detached.clear();
        } else if (variant == 2) {
            reopen();
        }
        return true;
    }

    private void reopen() {
        detached.detachAll();
        session.close();
        open();
    }

    private void forgive() {
        provoked = false;
        detached.forgive();
    }

    private boolean rollback(int variant) {
        session.getTransaction().rollback();
        if (skipped != null) {
            skipped.close();
            skipped = null;
        }
        context.skipping = false; // also after a failure to end it
        context.rolledBack();
        if (variant == 2) {
            return true;
        }
        forgive();
        if (variant == 0) {
            detached.clear();
        } else {
            reopen();
        }
        return true;
    }

    @Override
    public boolean deserves(Failure failure) {
        return switch (failure) {
            case STALE, GONE -> detached.isStale() || context.isTainted() || context.isBypassed();
            case CONSTRAINT -> provoked || context.isTainted() || context.isBypassed();
            case REFUSED -> true; // of what cannot be counted
            case LOCKED, OTHER -> false;
        };
    }

    @Override
    public void failed() {
        if (session.getTransaction().isActive()
                || session.getTransaction().getStatus().canRollback()) {
            rollback(0);
        } else {
            session.beginTransaction();
            rollback(0);
        }
    }

    @Override
    public void close() {
        if (session.getTransaction().isActive()) {
            rollback(0);
        }
        session.close();
        run.database().unwatch(context);
    }

    @Override
    public String toString() {
        return "session in flush mode " + session.getHibernateFlushMode().name().toLowerCase(Locale.ROOT);
    }
}
