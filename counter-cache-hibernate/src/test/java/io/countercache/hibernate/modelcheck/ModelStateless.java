package io.countercache.hibernate.modelcheck;

import static io.countercache.hibernate.support.SameSource.find;
import static io.countercache.hibernate.support.SameSource.insert;

import io.countercache.Drift;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.Counters;
import io.countercache.hibernate.modelcheck.ModelBlog.Row;
import io.countercache.hibernate.modelcheck.Rows.Item;
import io.countercache.hibernate.modelcheck.Rows.Kind;
import io.countercache.hibernate.modelcheck.Rows.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.SharedSessionContract;
import org.hibernate.StatelessSession;

/** The stateless session of a program. */
final class ModelStateless implements Actor, Bulk.Executor {

    private final Run run;
    private final Rows view;
    private final Names names;
    private final StatelessSession session;
    private final Bulk bulk;
    private int edits;

    ModelStateless(Run run) {
        this.run = run;
        this.view = new Rows(run.committed());
        this.names = run.names();
        this.session = run.database().factory().openStatelessSession();
        this.bulk = new Bulk(this, names, view, run.isExact(), run.isAlone());
    }

    @Override
    public boolean perform(Step step) {
        if (!session.getTransaction().isActive()) {
            session.beginTransaction();
        }
        Item item = step.item();
        return switch (step.action()) {
            case INSERT -> names.id(item) == null && write(make(item), step);
            case UPDATE -> update(step);
            case UPSERT -> upsert(step);
            case DELETE -> delete(step);
            case BULK_DELETE, BULK_UPDATE, BULK_INSERT -> bulk.perform(step);
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
        return item == null || !view.has(item) ? null : find(session, item.kind().type, names.id(item));
    }

    private boolean canRefer(Step step) {
        return canRefer(step.first()) && canRefer(step.second());
    }

    /** Inserts, updates or upserts a child with the parents that the step says, and perhaps another one with it. */
    private boolean write(Row child, Step step) {
        if (child == null || !canRefer(step)) {
            return false;
        }
        assign(child, step, step.values());
        Row other = step.variant() % 2 == 0 ? null : other(step);
        if (other == null) {
            switch (step.action()) {
                case INSERT -> insert(session, child);
                case UPDATE -> session.update(child);
                default -> session.upsert(child);
            }
        } else {
            assign(other, step, step.values() / 2);
            switch (step.action()) {
                case INSERT -> session.insertMultiple(List.of(child, other));
                case UPDATE -> session.updateMultiple(List.of(child, other));
                default -> session.upsertMultiple(List.of(child, other));
            }
            view.put(names.item(other), names.state(other));
        }
        view.put(names.item(child), names.state(child));
        return true;
    }

    private void assign(Row child, Step step, int values) {
        child.assign(Values.of(values));
        child.parent(0, get(step.first()));
        if (step.item().kind().slots.size() > 1) {
            child.parent(1, get(step.second()));
        }
    }

    /** A second row for one of the calls that take several: a new one, or the next of those that are there. */
    private Row other(Step step) {
        Item item = step.item();
        Item next = next(item);
        return switch (step.action()) {
            case INSERT -> {
                Row other = item.kind().make.get();
                other.edit(text(next));
                yield other;
            }
            case UPDATE -> next.kind() == Kind.NODE ? null : get(next);
            default -> vote(next);
        };
    }

    private static Item next(Item item) {
        return new Item(item.kind(), item.number() + 1);
    }

    private boolean update(Step step) {
        return !isCycle(step) && write(get(step.item()), step);
    }

    /** Nodes only move to those that have no parent. */
    private boolean isCycle(Step step) {
        return step.item().kind() == Kind.NODE
                && step.first() != null
                && (step.first().equals(step.item())
                        || !view.has(step.first())
                        || view.parents(step.first()).get(0) != null);
    }

    private boolean upsert(Step step) {
        return write(vote(step.item()), step);
    }

    private Row vote(Item item) {
        if (names.id(item) == null) {
            names.name(item, 1_000_000L + item.number());
        }
        ModelBlog.Vote vote = new ModelBlog.Vote();
        vote.id = names.id(item);
        vote.edit(text(item));
        return vote;
    }

    private boolean delete(Step step) {
        Item item = step.item();
        int variant = step.variant() % 3;
        boolean lies = variant == 1 && canRefer(step);
        Row child = isReferredTo(item) ? null : get(item);
        if (child == null) {
            return false;
        }
        if (lies) {
            child.parent(0, get(step.first()));
        }
        Item next = next(item);
        Row other = variant < 2 || isReferredTo(next) ? null : get(next);
        if (other == null) {
            session.delete(child);
        } else {
            session.deleteMultiple(List.of(child, other));
            view.remove(next);
        }
        view.remove(item);
        return true;
    }

    private boolean isReferredTo(Item item) {
        return view.all().values().stream().anyMatch(state -> state.parents().contains(item));
    }

    @Override
    public SharedSessionContract session() {
        return session;
    }

    /** All but the counters is written at once. */
    @Override
    public void flush() {
        CounterCaches.of(session).flush();
    }

    @Override
    public boolean canRefer(Item item) {
        return item == null || view.has(item);
    }

    @Override
    public Object reference(Item item) {
        return get(item);
    }

    @Override
    public boolean isManaged(Item item) {
        return false;
    }

    @Override
    public boolean isCounting() {
        return true;
    }

    @Override
    public void changed(Map<Item, State> rows) {
        rows.forEach((item, state) -> {
            if (state == null) {
                view.remove(item);
            } else {
                view.put(item, state);
            }
        });
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
