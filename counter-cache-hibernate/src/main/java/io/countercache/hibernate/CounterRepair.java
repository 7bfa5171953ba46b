package io.countercache.hibernate;

import io.countercache.CounterCacheException;
import io.countercache.RepairProgress;
import io.countercache.RepairReport;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.repair.Progress;
import io.countercache.hibernate.internal.repair.ProgressLog;
import io.countercache.hibernate.internal.repair.RepairSessions;
import io.countercache.hibernate.internal.repair.RepairTally;
import io.countercache.hibernate.internal.repair.TableRepair;
import io.countercache.hibernate.internal.repair.TableSquash;
import jakarta.persistence.EntityManagerFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * Finds and corrects what is wrong in the counters of a whole table, while the application runs.
 *
 * <pre>{@code
 * RepairReport report = CounterRepair.of(entityManagerFactory, Post.class).repair();
 * }</pre>
 *
 * Goes through the table in chunks by id, with one transaction for each. A chunk is measured without locks; only wrong rows
 * are locked, measured again and corrected. What counters touch is not set, because no child has changed. Memory does not grow
 * with the table. Not thread-safe; two repairs of the same table at the same time are slower, not wrong.
 */
public final class CounterRepair {

    /** Rows that are squashed in one transaction: others that write these rows wait for it. */
    private static final int SQUASHED_AT_ONCE = 100;

    private final SessionFactoryImplementor factory;
    private final EntityPersister parent;
    private final Installation installation;

    private List<CounterDefinition> counters;
    private int chunkSize = 10_000;
    private Duration pause = Duration.ZERO;
    private @Nullable Object after;
    private @Nullable Object tenant;
    private @Nullable Consumer<RepairProgress> listener;

    private CounterRepair(SessionFactoryImplementor factory, EntityPersister parent) {
        this.factory = factory;
        this.parent = parent;
        this.installation = Installation.of(parent);
        this.counters = !installation.model().slots().of(parent).isEmpty()
                        && installation.model().hasNoDerived(parent)
                ? List.of()
                : installation.model().named(parent);
    }

    /**
     * A repair of every derived counter of an entity.
     *
     * @param factory an open entity manager factory of Hibernate
     * @param entity the entity that has the counters
     * @return a repair that has not begun
     * @throws IllegalArgumentException if this is not an entity, or has no counters
     */
    public static CounterRepair of(EntityManagerFactory factory, Class<?> entity) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        return new CounterRepair(implementor, Entities.entity(entity, implementor));
    }

    /**
     * Verifies every counter of every entity, at the end of a test or in a nightly check.
     *
     * <pre>{@code
     * CounterRepair.verifyAll(entityManagerFactory).requireClean();
     * }</pre>
     *
     * Sees what is committed: {@link CounterCaches#verify} also sees what the caller's transaction has changed. Ask {@link
     * RepairReport#isClean} or {@link RepairReport#requireClean} whether all is right: what could not be read is not among what
     * is wrong, but in the {@code failures()} of the report.
     *
     * @param factory an open entity manager factory of Hibernate
     * @return one report for all entities
     * @throws CounterCacheException while the library is disabled, or if tenants are not known
     */
    public static RepairReport verifyAll(EntityManagerFactory factory) {
        return verifyAll(factory, Collections.singletonList(null));
    }

    /**
     * The same for some tenants, one after the other. Entities without tenants are verified once.
     *
     * @param factory an open entity manager factory of Hibernate
     * @param tenants the identifiers that sessions of the tenants are opened with
     * @return one report for all tenants
     * @throws IllegalArgumentException if no tenant is named
     * @throws CounterCacheException while the library is disabled
     */
    public static RepairReport verifyAll(EntityManagerFactory factory, Collection<?> tenants) {
        SessionFactoryImplementor implementor = factory.unwrap(SessionFactoryImplementor.class);
        Installation installed = Installation.toVerify(implementor);
        if (tenants == null || tenants.isEmpty()) {
            throw new IllegalArgumentException("No tenant is verified: name one or more, or call verifyAll(factory)");
        }
        RepairTally tally = new RepairTally();
        for (EntityPersister parent : installed.model().parents()) {
            CounterRepair repair = new CounterRepair(implementor, parent);
            repair.counters = installed.model().countersIn(parent);
            for (Object tenant : TableRepair.tenants(parent, tenants)) {
                repair.tenant = tenant;
                tally.add(repair.table().verify());
            }
        }
        return tally.report(installed.schema().problemsIfAsked());
    }

    /**
     * Repairs these counters only.
     *
     * @param names counters, or counted collections
     * @return this
     * @throws IllegalArgumentException if the entity has no such counter
     */
    public CounterRepair counters(String... names) {
        this.counters = installation.model().named(parent, names);
        return this;
    }

    /**
     * The number of parents that are repaired in one transaction. Default 10,000.
     *
     * @param parents at least 1
     * @return this
     */
    public CounterRepair chunkSize(int parents) {
        if (parents < 1) {
            throw new IllegalArgumentException(
                    "chunkSize %d is not a number of rows: use 1 or more".formatted(parents));
        }
        this.chunkSize = parents;
        return this;
    }

    /**
     * The time to wait between two chunks, which leaves the database to other work. Default none.
     *
     * @param duration not negative
     * @return this
     */
    public CounterRepair pause(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("pause %s is negative: use Duration.ZERO or more".formatted(duration));
        }
        this.pause = duration;
        return this;
    }

    /**
     * Begins after this id, in the order of the database: to resume an interrupted repair.
     *
     * @param id an identifier; a row with it need not exist
     * @return this
     * @throws IllegalArgumentException if the id has another type than the ids of the entity
     */
    public CounterRepair after(Object id) {
        Entities.checkId(parent, id);
        this.after = id;
        return this;
    }

    /**
     * Repairs the rows of this tenant. The default is the tenant that the application's tenant resolver returns. A root
     * tenant stands for all tenants, but entries of the second-level cache are invalidated only for the tenant that has put
     * them there.
     *
     * @param identifier the identifier that sessions of the tenant are opened with
     * @return this
     */
    public CounterRepair tenant(Object identifier) {
        this.tenant = identifier;
        return this;
    }

    /**
     * Calls a listener after each chunk, in the thread that repairs. An exception of the listener ends the repair. With a
     * listener, all rows are counted by a {@code count(*)} when the repair begins. Without one, progress is in the log: a line
     * every five seconds.
     *
     * @param progress the listener
     * @return this
     */
    public CounterRepair onProgress(Consumer<RepairProgress> progress) {
        this.listener = progress;
        return this;
    }

    /**
     * Corrects what is wrong. A chunk that meets a deadlock or a serialization failure is tried again up to three times. Where
     * single rows fail - one is locked for too long, a count does not fit into its column - all others are corrected, and these
     * rows are reported, up to 100 of them; single rows are not looked for after three timeouts with nothing done in between,
     * as when the table is locked. A chunk that fails for another reason is reported, and the repair continues with
     * the next one.
     *
     * @return what was found and corrected
     * @throws CounterCacheException if the thread is interrupted between two chunks or after a failure; finished chunks stay
     *     repaired
     */
    public RepairReport repair() {
        return table().repair().report(List.of());
    }

    /**
     * Looks for what is wrong, without writing or locking anything. Sees what is committed: {@link CounterCaches#verify} also
     * sees what the caller's transaction has changed. Ask {@link RepairReport#isClean} or {@link RepairReport#requireClean}
     * whether all is right. Also looks for what of the schema does not fit the counters of any entity ({@link
     * CounterCacheSettings#CHECK_SCHEMA}).
     *
     * @return what was found
     * @throws CounterCacheException if the thread is interrupted between two chunks or after a failure
     */
    public RepairReport verify() {
        return table().verify().report(installation.schema().problemsIfAsked());
    }

    /**
     * Moves what is in the slots of the entity's counters into their columns, so that reads have nothing to sum up. The values stay
     * the same, and other transactions go on; one that writes a row which is being squashed waits as for another writer. Slots of rows to
     * which nobody writes any more are also squashed by transactions that write others. So this is needed only to have all of them done
     * at some moment, as before a report by native SQL. Commits after each 100 rows. What others are writing at that moment stays in its
     * slots; on MariaDB and MySQL it waits for them, row by row. What {@link #counters}, {@link #chunkSize}, {@link #pause}, {@link
     * #after} and {@link #onProgress} say does not matter here.
     *
     * @return how many slots are gone; 0 if no counter of the entity has slots
     * @throws CounterCacheException if the entity has tenants and it is not known which of them is meant
     */
    public long squash() {
        return new TableSquash(parent, installation.model(), new RepairSessions(factory, tenant), SQUASHED_AT_ONCE)
                .squash();
    }

    private TableRepair table() {
        return new TableRepair(
                parent,
                counters,
                installation.recount(),
                installation.activity(),
                new RepairSessions(factory, tenant),
                chunkSize,
                chunk -> Thread.sleep(pause.toMillis()),
                after,
                listener == null ? new ProgressLog(Entities.name(parent), true) : Progress.to(listener));
    }
}
