package io.countercache.hibernate.modelcheck;

import io.countercache.hibernate.concurrency.TrafficTest;
import io.countercache.hibernate.modelcheck.Actor.Failure;
import io.countercache.hibernate.modelcheck.Step.Action;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Executes one program, on one thread or on one for each session, and compares what comes out with the model. */
final class Run {

    private final Database database;
    private final Program program;
    private final boolean threads;
    private final Names names = new Names();
    private final Rows committed;
    private final Tally tally;

    /** What has been done so far. */
    static final class Tally {
        final Map<Action, Integer> steps = new EnumMap<>(Action.class);
        final Map<Failure, Integer> failures = new EnumMap<>(Failure.class);
        int programs;
        int operations;
        int commits;

        synchronized void step(Action action) {
            steps.merge(action, 1, Integer::sum);
            operations++;
        }

        synchronized void operation() {
            operations++;
        }

        synchronized void failure(Failure failure) {
            failures.merge(failure, 1, Integer::sum);
        }

        synchronized void commit() {
            commits++;
        }

        @Override
        public String toString() {
            return "%d programs, %d operations, %d commits, failed %s, %s"
                    .formatted(programs, operations, commits, failures, new TreeMap<>(steps));
        }
    }

    private Run(Database database, Program program, boolean threads, Tally tally) {
        this.database = database;
        this.program = program;
        this.threads = threads;
        this.tally = tally;
        this.committed = database.begin(names);
    }

    /** Runs a program. What was wrong, or null. */
    static Throwable failureOf(Database database, Program program, boolean threads, Tally tally) {
        tally.programs++;
        Run run = new Run(database, program, threads, tally);
        try {
            if (threads) {
                run.onThreads();
            } else {
                run.onOneThread();
            }
            run.check();
            return null;
        } catch (RuntimeException | AssertionError e) {
            return e;
        }
    }

    Database database() {
        return database;
    }

    Names names() {
        return names;
    }

    Rows committed() {
        return committed;
    }

    /** Whether everything can be foreseen. */
    boolean isExact() {
        return !threads && (isAlone() || !database.readsOldRows());
    }

    boolean isAlone() {
        return program.sessions() == 1;
    }

    /** Called after every commit. */
    void committedOne() {
        tally.commit();
        if (!threads) {
            check();
        }
    }

    private void check() {
        database.check(isExact() ? committed : null, names);
    }

    private Actor actor(int session) {
        return session == 0 ? new ModelStateless(this) : new ModelSession(this);
    }

    private void onOneThread() {
        Map<Integer, Actor> actors = new HashMap<>();
        try {
            for (Step step : program.steps()) {
                perform(step, actors.computeIfAbsent(step.session(), this::actor));
            }
        } finally {
            actors.values().forEach(Actor::close);
        }
    }

    /** All threads end before the first failure is told: the next program must not meet their locks. */
    private void onThreads() {
        AtomicInteger sessions = new AtomicInteger();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        TrafficTest.onThreads(program.sessions() + 1, () -> {
            int session = sessions.getAndIncrement();
            try (Actor actor = actor(session)) {
                program.steps().stream()
                        .filter(step -> step.session() == session)
                        .takeWhile(step -> failure.get() == null)
                        .forEach(step -> perform(step, actor));
            } catch (RuntimeException | AssertionError e) {
                failure.compareAndSet(null, e);
            }
            return null;
        });
        if (failure.get() != null) {
            throw new AssertionError(failure.get().getMessage(), failure.get());
        }
    }

    private void perform(Step step, Actor actor) {
        try {
            if (actor.perform(step)) {
                tally.step(step.action());
            }
        } catch (RuntimeException e) {
            Failure failure = Failure.of(e);
            boolean others = !isAlone() && failure != Failure.OTHER;
            if (!others && !actor.deserves(failure)) {
                throw new IllegalStateException("failed: " + step, e);
            }
            tally.failure(failure);
            actor.failed();
        } catch (AssertionError e) {
            throw new AssertionError("after " + step + ": " + e.getMessage(), e);
        }
    }
}
