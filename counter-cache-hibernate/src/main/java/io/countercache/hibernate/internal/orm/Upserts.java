package io.countercache.hibernate.internal.orm;

/** What the upsert of a stateless session writes. */
public final class Upserts {

    private static final boolean INSERT_ALL =
            OptionalClass.exists("org.hibernate.persister.entity.mutation.MergeCoordinatorStandard");

    private Upserts() {}

    /**
     * Whether an upsert that inserts a row writes also what no UPDATE writes. Before version 7.4 Hibernate leaves that out, and the
     * column gets its default.
     */
    public static boolean insertAll() {
        return INSERT_ALL;
    }
}
