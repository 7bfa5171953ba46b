package io.countercache.hibernate.internal.condition;

import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Hql;
import io.countercache.hibernate.internal.support.SqlType;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.hibernate.QueryException;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.metamodel.mapping.BasicValuedModelPart;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.PathException;
import org.hibernate.query.sqm.InterpretationException;
import org.hibernate.query.sqm.PathElementException;
import org.hibernate.query.sqm.tree.predicate.SqmPredicate;
import org.hibernate.query.sqm.tree.select.SqmSelectStatement;
import org.jspecify.annotations.Nullable;

/**
 * The {@code where} of a counter: a condition over a child. It is read once and evaluated for every change. Immutable,
 * thread-safe.
 *
 * <p>Hibernate parses the text as the {@code where} of an HQL query on the child. The result is evaluated in memory, on the
 * values of the attributes, exactly as the database would do it: a comparison with null is unknown. A condition for which memory
 * and database might disagree is refused.
 *
 * <p>Three things cannot be seen in the mapping and are assumed: columns have the types that Hibernate or the application would give
 * them, two texts are equal only if all their characters are, and a transaction reads attributes as they were written. The check of
 * the live schema ({@code internal.schema}) looks for the first two.
 */
public final class Condition {

    private final ConditionTerm term;
    private final Set<String> attributes;
    private final List<Compared> compared;
    private final @Nullable String text;

    /**
     * An attribute whose values the condition compares.
     *
     * @param path its name, with dots in embeddables
     * @param column the column that the database compares
     * @param type the Java type that the column gets its values from
     * @param isPadded whether the mapping says that the column is one of fixed length, so that spaces at its end do not count
     */
    public record Compared(String path, BasicValuedModelPart column, Class<?> type, boolean isPadded) {}

    /** The values of a child. */
    public interface Values {

        /**
         * The value of an attribute.
         *
         * @param attribute one of {@link Condition#attributes()}
         * @return the value that the entity has; of a to-one, the id of the referenced entity
         */
        @Nullable
        Object get(String attribute);
    }

    private Condition(ConditionTerm term) {
        this.term = term;
        Set<String> paths = new LinkedHashSet<>();
        term.forEachAttribute(attribute -> paths.add(attribute.path()));
        this.attributes = Set.copyOf(paths);
        List<Compared> found = new ArrayList<>();
        term.forEachCompared(attribute -> found.add(new Compared(
                attribute.path(),
                attribute.column(),
                ConditionKind.storedType(attribute.column()),
                attribute.kind() == ConditionKind.PADDED)));
        this.compared = found.stream().distinct().toList();
        List<String> texts = new ArrayList<>();
        term.forEachAttribute(attribute -> {
            if (attribute.isText()) {
                texts.add(attribute.path());
            }
        });
        this.text = texts.isEmpty() ? null : texts.get(0);
    }

    /**
     * Reads a condition.
     *
     * @param where the text
     * @param child the entity that the condition is about
     * @param factory the session factory of that entity, completely built
     * @param rules those of its database
     * @param definitions the columns that the application has defined by SQL: {@code table.column} to its type
     * @return the condition
     * @throws IllegalArgumentException if memory cannot evaluate the condition; its message says what is wrong and what is allowed
     */
    public static Condition read(
            String where,
            EntityPersister child,
            SessionFactoryImplementor factory,
            ConditionRules rules,
            Map<String, SqlType> definitions) {
        parse(where, child, factory);
        // parsed twice: inside parentheses nothing such as 'order by' can follow the condition, and without them it
        // cannot contain the closing parenthesis itself
        SqmPredicate predicate = parse("(" + where + ")", child, factory);
        Condition condition = new Condition(new ConditionReader(child, factory, rules, definitions).read(predicate));
        String text = condition.text();
        if (rules.comparesTexts() != null && text != null) {
            throw new IllegalArgumentException(
                    "'%s' is a text, and %s, which memory does not: store a boolean, a number or an enum, and compare that"
                            .formatted(text, rules.comparesTexts()));
        }
        return condition;
    }

    private static SqmPredicate parse(String where, EntityPersister child, SessionFactoryImplementor factory) {
        String before = "select 1 from %s this where ".formatted(Hql.name(child));
        try {
            var statement = factory.getQueryEngine().getHqlTranslator().translate(before + where, Object.class);
            if (statement instanceof SqmSelectStatement<?> select) {
                SqmPredicate predicate = select.getQuerySpec().getWhereClause().getPredicate();
                if (predicate != null && select.getSqmParameters().isEmpty()) {
                    return predicate;
                }
            }
        } catch (RuntimeException e) {
            Throwable failure = e instanceof InterpretationException && e.getCause() != null ? e.getCause() : e;
            String remedy = isUnknownName(failure)
                    ? "name attributes of %s: " + String.join(", ", ConditionAttribute.names(child))
                    : "write one condition, as in the 'where' of an HQL query on %s";
            throw new IllegalArgumentException(
                    "Hibernate cannot read it: %s: %s"
                            .formatted(reason(failure, before), remedy.formatted(Entities.name(child))),
                    e);
        }
        throw new IllegalArgumentException("it has parameters: write the values instead");
    }

    private static boolean isUnknownName(Throwable failure) {
        return failure instanceof PathException
                || failure instanceof PathElementException
                // for the first name of a path there is no exception of its own
                || String.valueOf(failure.getMessage()).startsWith("Could not interpret path expression");
    }

    /** Hibernate's message, without the parts of the query that the user did not write and without lists of expected tokens. */
    private static String reason(Throwable failure, String before) {
        String query = failure instanceof QueryException failed ? " [" + failed.getQueryString() + "]" : "";
        return String.valueOf(failure.getMessage())
                .replace(query, "")
                .replace(before, "")
                .replaceAll("\\((?:\\d+|this)\\)\\.", ".") // an alias
                .replaceFirst("^At \\d+:\\d+ and", "at")
                .replaceFirst(",? expecting (one of|\\{).*", "");
    }

    /**
     * The attributes that the condition reads.
     *
     * @return their names: with dots in embeddables, a to-one by its own name, although its value is an id
     */
    public Set<String> attributes() {
        return attributes;
    }

    /** The attributes whose values the condition compares, and does not only ask whether they are null. */
    public List<Compared> compared() {
        return compared;
    }

    /** The first attribute that is stored as a text, and is compared or asked whether it is null; null if there is none. */
    public @Nullable String text() {
        return text;
    }

    /**
     * Whether the condition is true for a child.
     *
     * @param values the values of the child's attributes
     * @return false also if the condition is unknown
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
