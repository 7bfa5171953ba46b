package io.countercache.hibernate.matrix;

/** A table of the page: what its columns are. */
enum Table {
    HIBERNATE("Hibernate", "JDK of the run", "java.version", " on JDK "),
    DATABASE("Database", "Version", "test.database.version", " ");

    /** The first cell of the first row. */
    final String corner;

    /** The first cell of the second row: what each run says it ran on. */
    final String on;

    /** The property of the JVM that says so. */
    final String property;

    private final String between;

    Table(String corner, String on, String property, String between) {
        this.corner = corner;
        this.on = on;
        this.property = property;
        this.between = between;
    }

    /** A column in the text. */
    String label(String name, String version) {
        return name + between + version;
    }
}
