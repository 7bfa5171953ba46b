package io.countercache.hibernate.internal.orm;

import java.util.Set;
import org.hibernate.exception.ConstraintViolationException;
import org.hibernate.exception.ConstraintViolationException.ConstraintKind;

/** What kind of constraint a statement has violated. */
public final class Violations {

    /** By which PostgreSQL, H2 and the SQL standard say that it was a check. */
    private static final Set<String> CHECK_STATES = Set.of("23514", "23513");

    private Violations() {}

    /** The name of the constraint. Before version 7 that of a check in H2 has the rest of the message behind it. */
    public static String constraintName(ConstraintViolationException violation) {
        return String.valueOf(violation.getConstraintName()).split("[:;]", 2)[0];
    }

    /** Whether it was a check. Before version 7 Hibernate only distinguishes unique constraints. */
    public static boolean isCheck(ConstraintViolationException violation) {
        return violation.getKind().name().equals("CHECK")
                || (violation.getKind() == ConstraintKind.OTHER && CHECK_STATES.contains(violation.getSQLState()));
    }
}
