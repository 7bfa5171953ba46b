package io.countercache.hibernate;

import io.countercache.Drift;
import io.countercache.hibernate.ModelBlog.Row;
import io.countercache.hibernate.ModelRows.Item;
import io.countercache.hibernate.ModelRows.Kind;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.StatelessSession;

/** The stateless session of a program. */
final class ModelStateless implements ModelActor {

    private final ModelRun run;
    private final ModelRows view;
    private final ModelNames names;
    private final StatelessSession session;
    private int edits;

    ModelStateless(ModelRun run) {
        this.run = run;
        this.view = new ModelRows(run.committed());
        this.names = run.names();
        this.session = run.database().factory().openStatelessSession();
    }

    @Override
    public boolean perform(ModelStep step) {
        if (!session.getTransaction().isActive()) {
            session.beginTransaction();
        }
        Item item = step.item();
        return switch (step.action()) {
            case INSERT -> names.id(item) == null && write(item, make(item), step);
            case UPDATE -> update(step);
            case UPSERT -> upsert(step);
            case DELETE -> delete(step);
            case DRIFT -> recount(false);
            case RESET -> recount(true);
            case WRITE -> write();
            case COMMIT -> commit();
            case ROLLBACK -> rollback();
            default -> throw new IllegalArgumentException(step.toString());
        };
    }

    private Row make(Item item) {
        Row entity = item.kind().make.get();
        entity.edit(text(item));
        names.name(item, entity);
        return entity;
    }

    private String text(Item item) {
        return item + ".stateless." + System.identityHashCode(this) + "." + ++edits;
    }

    private Row get(Item item) {
        return item == null || !view.has(item) ? null : session.get(item.kind().type, names.id(item));
    }

    private boolean canRefer(ModelStep step) {
        return (step.first() == null || view.has(step.first())) && (step.second() == null || view.has(step.second()));
    }

    /** Inserts, updates or upserts a child with the parents that the step says. */
    private boolean write(Item item, Row child, ModelStep step) {
        if (child == null || !canRefer(step)) {
            return false;
        }
        child.assign(ModelValues.of(step.values()));
        child.parent(0, get(step.first()));
        if (item.kind().slots.size() > 1) {
            child.parent(1, get(step.second()));
        }
        switch (step.action()) {
            case INSERT -> session.insert(child);
            case UPDATE -> session.update(child);
            default -> session.upsert(child);
        }
        view.put(names.item(child), names.state(child));
        return true;
    }

    private boolean update(ModelStep step) {
        return !isCycle(step) && write(step.item(), get(step.item()), step);
    }

    /** Nodes only move to those that have no parent. */
    private boolean isCycle(ModelStep step) {
        return step.item().kind() == Kind.NODE
                && step.first() != null
                && (step.first().equals(step.item())
                        || !view.has(step.first())
                        || view.parents(step.first()).get(0) != null);
    }

    private boolean upsert(ModelStep step) {
        Item item = step.item();
        if (names.id(item) == null) {
            names.name(item, 1_000_000L + item.number());
        }
        ModelBlog.Vote vote = new ModelBlog.Vote();
        vote.id = names.id(item);
        vote.edit(text(item));
        return write(item, vote, step);
    }

    private boolean delete(ModelStep step) {
        Item item = step.item();
        boolean lies = step.variant() % 2 == 1 && canRefer(step);
        Row child = get(item);
        if (child == null
                || view.all().values().stream()
                        .anyMatch(state -> state.parents().contains(item))) {
            return false;
        }
        if (lies) {
            child.parent(0, get(step.first()));
        }
        session.delete(child);
        view.remove(item);
        return true;
    }

    private boolean recount(boolean correct) {
        for (Kind kind : Kind.PARENTS) {
            List<Long> ids = new ArrayList<>();
            view.all().keySet().stream()
                    .filter(item -> kind.type.isAssignableFrom(item.kind().type))
                    .forEach(item -> ids.add(names.id(item)));
            Counters<? extends Row> counters = CounterCaches.of(session).on(kind.type, ids);
            List<Drift> drift = correct ? counters.reset() : counters.drift();
            if (!drift.isEmpty()) {
                throw new AssertionError(drift.toString());
            }
        }
        return true;
    }

    private boolean write() {
        CounterCaches.of(session).flush();
        return true;
    }

    private boolean commit() {
        session.getTransaction().commit();
        view.commit();
        run.committedOne();
        return true;
    }

    private boolean rollback() {
        session.getTransaction().rollback();
        view.forget();
        return true;
    }

    @Override
    public boolean deserves(Failure failure) {
        return false;
    }

    @Override
    public void failed() {
        if (session.getTransaction().isActive()
                || session.getTransaction().getStatus().canRollback()) {
            session.getTransaction().rollback();
        }
        view.forget();
    }

    @Override
    public void close() {
        failed();
        session.close();
    }
}
