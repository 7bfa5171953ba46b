package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.modelcheck.Actor.Failure;
import io.countercache.hibernate.modelcheck.ModelCollections.Step;
import io.countercache.hibernate.modelcheck.Run.Tally;
import io.countercache.hibernate.modelcheck.Shelves.Badge;
import io.countercache.hibernate.modelcheck.Shelves.Role;
import io.countercache.hibernate.modelcheck.Shelves.Shelf;
import io.countercache.hibernate.modelcheck.Shelves.Tag;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.hibernate.Hibernate;
import org.hibernate.Session;
import org.hibernate.engine.spi.EntityEntry;
import org.hibernate.engine.spi.SessionImplementor;

/** One session of a program of {@link ModelCollections}, and another one after a failure. */
final class ShelfSession implements AutoCloseable {

    private final ModelCollections run;
    private final Tally tally;
    private final boolean alone;
    private Session session;

    ShelfSession(ModelCollections run, Tally tally) {
        this.run = run;
        this.alone = run.isAlone();
        this.session = run.factory().openSession();
        this.tally = tally;
    }

    void take(Step step) {
        try {
            if (!session.getTransaction().isActive()) {
                session.beginTransaction();
            }
            if (perform(step)) {
                tally.operation();
            }
        } catch (RuntimeException e) {
            Failure failure = Failure.of(e);
            if (alone || failure == Failure.OTHER) {
                throw new IllegalStateException("failed: " + step, e);
            }
            tally.failure(failure);
            close();
            session = run.factory().openSession();
        } catch (AssertionError e) {
            throw new AssertionError("after " + step + ": " + e.getMessage(), e);
        }
    }

    private boolean perform(Step step) {
        return switch (step.action()) {
            case NEW_SHELF -> newShelf(step);
            case NEW_ELEMENT -> newElement(step);
            case REMOVE_BADGE -> removeBadge(step);
            case MOVE_HOME -> moveHome(step);
            case FLUSH -> flush();
            case DRIFT -> recount(false);
            case RESET -> recount(true);
            case DETACH_ALL -> detachAll();
            case COMMIT -> commit(step.variant());
            case ROLLBACK -> rollback();
            default -> {
                Shelf shelf = shelf(step.shelf());
                yield shelf != null && change(shelf, step);
            }
        };
    }

    /** A shelf itself, and not the proxy of it that badges may have. */
    private Shelf shelf(long id) {
        return (Shelf) Hibernate.unproxy(session.find(Shelf.class, id));
    }

    private boolean change(Shelf shelf, Step step) {
        Role role = step.role();
        return switch (step.action()) {
            case ADD -> add(shelf, role, element(step), step.variant());
            case TAKE -> shelf.get(role) != null && shelf.get(role).remove(element(step));
            case CLEAR -> clear(shelf, role);
            case REPLACE -> replace(shelf, step);
            case NULL -> set(shelf, role, null);
            case HAND -> hand(shelf, step);
            case SET -> put(shelf, step);
            case REMOVE_SHELF -> removeShelf(shelf, step.variant());
            case MERGE -> merge(shelf, step);
            case QUERY -> query(shelf, role);
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private Object element(Step step) {
        return step.role().hasTags()
                ? session.find(Tag.class, step.element())
                : step.role().hasBadges() ? session.find(Badge.class, step.element()) : "e" + step.element();
    }

    /** Flushes what is pending and, if a badge goes where memory does not know of, what follows. */
    private boolean moving(Role role, Object element, boolean leaves, Runnable change) {
        if (!role.hasBadges() || !alone) {
            change.run();
            return true;
        }
        boolean known = leaves && leave(role, element);
        if (!known) {
            session.flush();
        }
        change.run();
        if (!known) {
            flush(leaves);
        }
        if (!leaves) {
            session.clear(); // who had it still does in memory
        }
        return true;
    }

    /** Takes a badge out of the collections in memory. */
    private boolean leave(Role role, Object element) {
        boolean left = false;
        for (Object each : managed()) {
            if (each instanceof Shelf shelf && isOpen(shelf, role)) {
                left |= shelf.get(role).remove(element);
            }
        }
        return left;
    }

    private boolean isOpen(Shelf shelf, Role role) {
        return !entry(shelf).getStatus().isDeletedOrGone()
                && shelf.get(role) != null
                && Hibernate.isInitialized(shelf.get(role));
    }

    private List<Object> managed() {
        List<Object> managed = new ArrayList<>();
        for (var each : session.unwrap(SessionImplementor.class)
                .getPersistenceContextInternal()
                .reentrantSafeEntityEntries()) {
            managed.add(each.getKey());
        }
        return managed;
    }

    private EntityEntry entry(Object entity) {
        return session.unwrap(SessionImplementor.class)
                .getPersistenceContextInternal()
                .getEntry(entity);
    }

    private boolean add(Shelf shelf, Role role, Object element, int variant) {
        if (element == null
                || (role.hasBadges()
                        && shelf.get(role) != null
                        && shelf.get(role).contains(element))) {
            return false;
        }
        return moving(role, element, variant > 0, () -> {
            if (shelf.get(role) == null) {
                shelf.set(role, role.make());
            }
            if (role.isOrdered() && variant > 1) {
                ((List<Object>) shelf.get(role)).add(0, element);
            } else {
                shelf.get(role).add(element);
            }
        });
    }

    private static boolean clear(Shelf shelf, Role role) {
        boolean any = shelf.get(role) != null && !shelf.get(role).isEmpty();
        if (any) {
            shelf.get(role).clear();
        }
        return any;
    }

    private static boolean set(Shelf shelf, Role role, Collection<Object> elements) {
        shelf.set(role, elements);
        return true;
    }

    private boolean replace(Shelf shelf, Step step) {
        Role role = step.role();
        Collection<Object> elements = role.make();
        if (shelf.get(role) != null && step.variant() > 0) {
            elements.addAll(shelf.get(role));
            elements.remove(null);
        }
        shelf.set(role, elements);
        return step.variant() == 2 || add(shelf, role, element(step), step.variant());
    }

    private boolean hand(Shelf shelf, Step step) {
        Shelf heir = shelf(step.other());
        if (heir == null || heir == shelf) {
            return false;
        }
        heir.set(step.role(), shelf.get(step.role()));
        return set(
                shelf, step.role(), step.variant() % 2 == 0 ? null : step.role().make());
    }

    private boolean put(Shelf shelf, Step step) {
        Object element = element(step);
        if (element == null
                || !step.role().isOrdered()
                || shelf.get(step.role()) == null
                || shelf.get(step.role()).isEmpty()
                || (step.role().hasBadges() && shelf.get(step.role()).contains(element))) {
            return false;
        }
        List<Object> elements = (List<Object>) shelf.get(step.role());
        return moving(
                step.role(),
                element,
                step.variant() > 0,
                () -> elements.set(step.variant() % elements.size(), element));
    }

    private boolean newShelf(Step step) {
        Shelf shelf = new Shelf(step.shelf());
        session.persist(shelf);
        add(shelf, step.role(), element(step), step.variant());
        return true;
    }

    private boolean newElement(Step step) {
        Shelf shelf = shelf(step.shelf());
        Tag tag = new Tag(step.element());
        Badge badge = new Badge(step.element());
        badge.home = shelf;
        session.persist(tag);
        session.persist(badge);
        if (shelf != null && step.variant() > 0) {
            Role role = step.role();
            if (shelf.get(role) == null) {
                shelf.set(role, role.make());
            }
            shelf.get(role).add(role.hasTags() ? tag : role.hasBadges() ? badge : "new");
        }
        return true;
    }

    private boolean removeShelf(Shelf shelf, int variant) {
        if (session.createSelectionQuery("select count(*) from Badge where home.id = :id", Long.class)
                        .setParameter("id", shelf.id)
                        .getSingleResult()
                > 0) {
            return false;
        }
        if (variant == 0) {
            session.flush();
            session.clear();
            session.remove(session.getReference(Shelf.class, shelf.id));
        } else {
            session.remove(shelf);
        }
        return true;
    }

    private boolean removeBadge(Step step) {
        if (step.variant() == 0) {
            session.flush();
            session.clear(); // no collection in memory has it
        }
        Badge badge = session.find(Badge.class, step.element());
        if (badge == null) {
            return false;
        }
        leave(Role.BADGES, badge);
        leave(Role.RANKED, badge);
        session.remove(badge);
        return flush();
    }

    private boolean moveHome(Step step) {
        Badge badge = session.find(Badge.class, step.element());
        if (badge != null) {
            badge.home = shelf(step.shelf());
        }
        return badge != null;
    }

    /** What is changed of a detached shelf comes back with it. */
    private boolean merge(Shelf shelf, Step step) {
        Role role = step.role();
        Hibernate.initialize(shelf.get(role));
        session.flush();
        session.clear();
        if (shelf.get(role) != null) {
            shelf.get(role).removeIf(each -> step.variant() % 2 == 0 || each == null);
            if (!role.hasBadges() && step.variant() > 1) {
                Object element = element(step);
                if (element != null) {
                    shelf.get(role).add(element);
                }
            }
        }
        session.merge(shelf);
        return true;
    }

    private boolean query(Shelf shelf, Role role) {
        Number found = session.createSelectionQuery(
                        "select %s from Shelf where id = :id".formatted(role.counter), Number.class)
                .setParameter("id", shelf.id)
                .getSingleResultOrNull();
        session.doWork(connection -> {
            Long count = ModelCollections.check(connection, false).get(role.counter + " of " + shelf.id);
            if (alone && Rows.exact(found).longValue() != count) {
                throw new AssertionError("a query found %s but should have found %s".formatted(found, count));
            }
        });
        return true;
    }

    private boolean recount(boolean correct) {
        for (Class<?> type : List.of(Shelf.class, Tag.class)) {
            List<Long> ids = session.createSelectionQuery(
                            "select id from %s order by id".formatted(type.getSimpleName()), Long.class)
                    .getResultList();
            var counters = CounterCaches.of(session).on(type, ids);
            var drift = correct ? counters.reset() : counters.drift();
            if (!drift.isEmpty()) {
                throw new AssertionError(drift.toString());
            }
        }
        return true;
    }

    private boolean flush() {
        flush(true);
        return true;
    }

    private void flush(boolean isInStep) {
        session.flush();
        if (run.seesOneMoment()) {
            session.doWork(connection -> {
                Map<String, Long> counts = ModelCollections.check(connection, run.writesAtFlush());
                if (alone && isInStep) {
                    checkManaged(counts);
                }
            });
        }
    }

    /** Fails unless what is managed shows what is there. */
    private void checkManaged(Map<String, Long> counts) {
        for (Object each : managed()) {
            for (Role role : Role.values()) {
                if (each instanceof Shelf shelf) {
                    checkShown(shelf, shelf.id, role.counter, counts);
                    Collection<Object> elements = shelf.get(role);
                    if (elements == null || Hibernate.isInitialized(elements)) {
                        long size = elements == null
                                ? 0
                                : elements.stream().filter(Objects::nonNull).count();
                        Long count = counts.get(role.counter + " of " + shelf.id);
                        if (size != count) {
                            throw new AssertionError("%s of s%d has %d elements in memory but %d rows"
                                    .formatted(role, shelf.id, size, count));
                        }
                    }
                } else if (each instanceof Tag tag && role.elementCounter != null) {
                    checkShown(tag, tag.id, role.elementCounter, counts);
                }
            }
        }
    }

    private void checkShown(Object entity, Long id, String counter, Map<String, Long> counts) {
        var persister = entry(entity).getPersister();
        Number shown = (Number) persister.getValue(entity, persister.getPropertyIndex(counter));
        Long count = counts.get(counter + " of " + id);
        if (shown == null ? count != 0 : shown.longValue() != count) {
            throw new AssertionError(
                    "%s of the managed %d shows %s but should show %s".formatted(counter, id, shown, count));
        }
    }

    private boolean detachAll() {
        session.clear();
        return true;
    }

    private boolean commit(int variant) {
        session.getTransaction().commit();
        tally.commit();
        if (run.seesOneMoment()) {
            run.checkCommitted();
        }
        if (variant % 2 == 0) {
            session.clear();
        }
        return true;
    }

    private boolean rollback() {
        session.getTransaction().rollback();
        session.clear();
        return true;
    }

    @Override
    public void close() {
        if (session.getTransaction().isActive()
                || session.getTransaction().getStatus().canRollback()) {
            session.getTransaction().rollback();
        }
        session.close();
    }
}
