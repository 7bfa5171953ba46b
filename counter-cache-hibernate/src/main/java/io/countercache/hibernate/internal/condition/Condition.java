package io.countercache.hibernate.internal.condition;

import java.util.LinkedHashSet;
import java.util.Set;
import org.hibernate.QueryException;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.InterpretationException;
import org.hibernate.query.sqm.tree.predicate.SqmPredicate;
import org.hibernate.query.sqm.tree.select.SqmSelectStatement;
import org.jspecify.annotations.Nullable;

/**
 * A condition over a child, read once, asked for every change. Immutable, thread-safe.
 *
 * <p>Hibernate reads the text, as the {@code where} of an HQL query on the child; what it means is evaluated here, on the
 * values of the attributes, as the database would: with unknown for what is compared with null. A text that memory cannot
 * answer exactly like the database is refused.
 *
 * <p>Three things cannot be seen in the mapping, and are taken for granted: that columns are of the types which Hibernate
 * would give them, that two texts are equal only if all their characters are, and that a transaction can read the
 * attributes as they were written.
 */
public final class Condition {

    private final ConditionTerm term;
    private final Set<String> attributes;

    /** The values of a child. */
    public interface Values {

        /**
         * The value of an attribute.
         *
         * @param attribute one of {@link Condition#attributes()}
         * @return the value as in the entity, but for a to-one the id of its entity
         */
        @Nullable
        Object get(String attribute);
    }

    private Condition(ConditionTerm term) {
        this.term = term;
        Set<String> paths = new LinkedHashSet<>();
        term.forEachAttribute(attribute -> paths.add(attribute.path()));
        this.attributes = Set.copyOf(paths);
    }

    /**
     * Reads a condition.
     *
     * @param where the text
     * @param child the entity that it is about
     * @param factory the built session factory of that entity
     * @param likesUtf16 whether LIKE of the database takes a character beyond the Basic Multilingual Plane for two
     * @return the condition
     * @throws IllegalArgumentException if memory cannot answer it, with what is wrong and what is allowed
     */
    public static Condition read(
            String where, EntityPersister child, SessionFactoryImplementor factory, boolean likesUtf16) {
        parse(where, child, factory);
        // in parentheses nothing can follow the condition, and outside them it cannot close them itself
        SqmPredicate predicate = parse("(" + where + ")", child, factory);
        return new Condition(new ConditionReader(child, factory, likesUtf16).read(predicate));
    }

    private static SqmPredicate parse(String where, EntityPersister child, SessionFactoryImplementor factory) {
        String before = "select 1 from %s where ".formatted(child.getEntityName());
        try {
            var statement = factory.getQueryEngine().getHqlTranslator().translate(before + where, Object.class);
            if (statement instanceof SqmSelectStatement<?> select) {
                SqmPredicate predicate = select.getQuerySpec().getWhereClause().getPredicate();
                if (predicate != null && select.getSqmParameters().isEmpty()) {
                    return predicate;
                }
            }
        } catch (RuntimeException e) {
            throw new IllegalArgumentException(
                    "Hibernate cannot read it: %s: write one condition, as in the 'where' of an HQL query on %s"
                            .formatted(reason(e, before), child.getImportedName()),
                    e);
        }
        throw new IllegalArgumentException("it has parameters: write their values");
    }

    /** What Hibernate says, without what the user did not write, and without all that could have been written. */
    private static String reason(RuntimeException e, String before) {
        Throwable told = e instanceof InterpretationException && e.getCause() != null ? e.getCause() : e;
        String query = told instanceof QueryException failed ? " [" + failed.getQueryString() + "]" : "";
        return String.valueOf(told.getMessage())
                .replace(query, "")
                .replace(before, "")
                .replaceAll("\\(\\d+\\)\\.", ".") // the number of an alias
                .replaceFirst("^At \\d+:\\d+ and", "at")
                .replaceFirst(",? expecting (one of|\\{).*", "");
    }

    /**
     * The attributes that it looks at.
     *
     * @return their names: with dots in embeddables, a to-one by its own name
     */
    public Set<String> attributes() {
        return attributes;
    }

    /**
     * Whether it is true.
     *
     * @param values those of a child
     * @return false also where that is unknown
     */
    public boolean isTrue(Values values) {
        return term.test(values) == ConditionTerm.Truth.TRUE;
    }

    /**
     * The same condition for an HQL query.
     *
     * @param alias that of the child in the query
     * @return the condition, in parentheses
     */
    public String hql(String alias) {
        return "(" + term.hql(alias) + ")";
    }
}
