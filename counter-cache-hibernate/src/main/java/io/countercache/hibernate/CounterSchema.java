package io.countercache.hibernate;

import io.countercache.hibernate.internal.boot.Installation;
import jakarta.persistence.EntityManagerFactory;
import java.util.List;
import org.hibernate.engine.spi.SessionFactoryImplementor;

/**
 * The live schema, as counters need it.
 *
 * <pre>{@code
 * assertThat(CounterSchema.of(entityManagerFactory).problems()).isEmpty();
 * }</pre>
 */
public final class CounterSchema {

    private final Installation installation;

    private CounterSchema(Installation installation) {
        this.installation = installation;
    }

    /**
     * The DDL that the declared counters need in the schema of an application which had none: their columns with a default of 0 and
     * the checks of their limits, and the tables of their slots with foreign keys. For a Flyway or Liquibase script, in the SQL of
     * the database that the factory is connected to; Hibernate's own schema generation has all of it. It does not look at the
     * database: take out by hand what is there already.
     *
     * <pre>{@code
     * System.out.println(CounterSchema.of(entityManagerFactory).script());
     * }</pre>
     *
     * @return statements that end with semicolons, one per line; empty if no counter is declared
     */
    public String script() {
        return installation.schema().script();
    }

    /**
     * The schema that the connections of a factory lead to.
     *
     * @param factory an open entity manager factory of Hibernate
     * @return its schema
     * @throws io.countercache.CounterCacheException while the library is disabled
     */
    public static CounterSchema of(EntityManagerFactory factory) {
        return new CounterSchema(Installation.toVerify(factory.unwrap(SessionFactoryImplementor.class)));
    }

    /**
     * What of the live schema does not fit the counters: foreign keys that delete rows or set them to null and of which the
     * mapping does not know, row level security, rules, missing columns and tables of slots, columns that compare or round otherwise than memory,
     * missing indexes. Asks the database anew each time, whatever {@link CounterCacheSettings#CHECK_SCHEMA} says.
     *
     * @return each finding with where it is, what is wrong, and what to do; empty if all fits
     */
    public List<String> problems() {
        return installation.schema().problems();
    }
}
