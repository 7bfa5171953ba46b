package io.countercache.hibernate.internal.condition;

import io.countercache.hibernate.internal.condition.ConditionTerm.Comparison;
import io.countercache.hibernate.internal.condition.ConditionTerm.In;
import io.countercache.hibernate.internal.condition.ConditionTerm.Is;
import io.countercache.hibernate.internal.condition.ConditionTerm.IsNull;
import io.countercache.hibernate.internal.condition.ConditionTerm.Junction;
import io.countercache.hibernate.internal.condition.ConditionTerm.Like;
import io.countercache.hibernate.internal.condition.ConditionTerm.Literal;
import io.countercache.hibernate.internal.condition.ConditionTerm.Not;
import io.countercache.hibernate.internal.condition.ConditionTerm.Operand;
import io.countercache.hibernate.internal.support.SqlType;
import jakarta.persistence.criteria.Predicate.BooleanOperator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.query.sqm.ComparisonOperator;
import org.hibernate.query.sqm.tree.domain.AbstractSqmSimplePath;
import org.hibernate.query.sqm.tree.domain.SqmPath;
import org.hibernate.query.sqm.tree.domain.SqmTreatedPath;
import org.hibernate.query.sqm.tree.expression.SqmExpression;
import org.hibernate.query.sqm.tree.expression.SqmFunction;
import org.hibernate.query.sqm.tree.from.SqmRoot;
import org.hibernate.query.sqm.tree.predicate.SqmBetweenPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmBooleanExpressionPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmComparisonPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmGroupedPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmInListPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmJunctionPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmLikePredicate;
import org.hibernate.query.sqm.tree.predicate.SqmNegatedPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmNullnessPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmPredicate;
import org.hibernate.query.sqm.tree.predicate.SqmTruthnessPredicate;
import org.jspecify.annotations.Nullable;

/** Turns Hibernate's parse of a {@link Condition} into terms that memory can evaluate, and refuses what memory cannot. */
final class ConditionReader {

    private static final String ALLOWED =
            "compare attributes of the child by = <> < <= > >=, in, between, like, is null, and, or, not";

    private final EntityPersister child;
    private final SessionFactoryImplementor factory;
    private final ConditionRules rules;
    private final Map<String, SqlType> definitions;

    ConditionReader(
            EntityPersister child,
            SessionFactoryImplementor factory,
            ConditionRules rules,
            Map<String, SqlType> definitions) {
        this.child = child;
        this.factory = factory;
        this.rules = rules;
        this.definitions = definitions;
    }

    ConditionTerm read(SqmPredicate predicate) {
        if (predicate instanceof SqmGroupedPredicate grouped) {
            return read(grouped.getSubPredicate());
        } else if (predicate instanceof SqmNegatedPredicate negated) {
            return new Not(read(negated.getWrappedPredicate()));
        } else if (predicate instanceof SqmJunctionPredicate junction) {
            boolean all = junction.getOperator() == BooleanOperator.AND;
            return new Junction(
                    junction.getPredicates().stream().map(this::read).toList(), all);
        } else if (predicate instanceof SqmBooleanExpressionPredicate truth) {
            return bool(truth);
        }
        ConditionTerm term = atom(predicate);
        return predicate.isNegated() ? new Not(term) : term;
    }

    /** The term of a predicate without its negation. */
    private ConditionTerm atom(SqmPredicate predicate) {
        if (predicate instanceof SqmComparisonPredicate comparison) {
            return compare(
                    comparison.getLeftHandExpression(),
                    comparison.getSqmOperator(),
                    comparison.getRightHandExpression());
        } else if (predicate instanceof SqmBetweenPredicate between) {
            SqmExpression<?> tested = between.getExpression();
            return new Junction(
                    List.of(
                            compare(tested, ComparisonOperator.GREATER_THAN_OR_EQUAL, between.getLowerBound()),
                            compare(tested, ComparisonOperator.LESS_THAN_OR_EQUAL, between.getUpperBound())),
                    true);
        } else if (predicate instanceof SqmInListPredicate<?> in) {
            return in(in);
        } else if (predicate instanceof SqmLikePredicate like) {
            return like(like);
        } else if (predicate instanceof SqmNullnessPredicate nullness) {
            return new IsNull(attribute(nullness.getExpression()));
        } else if (predicate instanceof SqmTruthnessPredicate truth) {
            return is(truth);
        }
        throw notEvaluated(predicate.toHqlString());
    }

    private static IllegalArgumentException notEvaluated(String what) {
        String written =
                what.replace("this.", "").replaceAll("\\balias_\\d+\\b", "this"); // Hibernate adds one if there is none
        return new IllegalArgumentException(
                "memory cannot evaluate '%s' as the database does: %s".formatted(written, ALLOWED));
    }

    /** A boolean attribute, or {@code not} and the attribute: short for a comparison with true or false. */
    private ConditionTerm bool(SqmBooleanExpressionPredicate predicate) {
        ConditionAttribute attribute = attribute(predicate.getBooleanExpression());
        boolean expected = !predicate.isNegated();
        return new Comparison(
                attribute, ComparisonOperator.EQUAL, attribute.literal(expected, String.valueOf(expected)));
    }

    private ConditionTerm is(SqmTruthnessPredicate predicate) {
        ConditionAttribute attribute = attribute(predicate.getExpression());
        if (attribute.kind() != ConditionKind.BOOLEAN) {
            throw ConditionAttribute.refused(
                    attribute.path(), "is not stored as a boolean: compare it with = or <>, or ask whether it is null");
        }
        return new Is(attribute, predicate.getBooleanValue());
    }

    private ConditionTerm compare(SqmExpression<?> left, ComparisonOperator operator, SqmExpression<?> right) {
        ConditionAttribute one = attributeOrNull(left);
        ConditionAttribute other = attributeOrNull(right);
        ConditionAttribute typing = one != null ? one : other;
        if (typing == null) {
            throw notEvaluated(left.toHqlString() + " " + operator.sqlText() + " " + right.toHqlString());
        }
        typing.refuseDifference();
        boolean equality = operator == ComparisonOperator.EQUAL
                || operator == ComparisonOperator.NOT_EQUAL
                || operator == ComparisonOperator.DISTINCT_FROM
                || operator == ComparisonOperator.NOT_DISTINCT_FROM;
        if (!equality && !typing.kind().ordered()) {
            throw ConditionAttribute.refused(
                    typing.path(),
                    "has no order, or not the same in memory as in the database: compare it with = or <>");
        }
        if (one != null && other != null) {
            refuseDifferent(one, other);
        }
        return new Comparison(
                one != null ? one : literal(typing, left, false),
                operator,
                other != null ? other : literal(typing, right, false));
    }

    private ConditionTerm in(SqmInListPredicate<?> predicate) {
        ConditionAttribute attribute = attribute(predicate.getTestExpression());
        List<Operand> list = predicate.getListExpressions().stream()
                .<Operand>map(member -> member(attribute, member))
                .toList();
        if (attribute.kind() == ConditionKind.PADDED) {
            // with several texts in the list, H2 compares the spaces, too
            List<ConditionTerm> each = list.stream()
                    .<ConditionTerm>map(member -> new Comparison(attribute, ComparisonOperator.EQUAL, member))
                    .toList();
            return each.size() == 1 ? each.get(0) : new Junction(each, false);
        }
        return new In(attribute, list);
    }

    private Operand member(ConditionAttribute tested, SqmExpression<?> member) {
        ConditionAttribute other = attributeOrNull(member);
        if (other == null) {
            return literal(tested, member, true);
        }
        refuseDifferent(tested, other);
        return other;
    }

    private ConditionTerm like(SqmLikePredicate predicate) {
        ConditionAttribute attribute = attribute(predicate.getMatchExpression());
        if (attribute.kind() != ConditionKind.TEXT || !predicate.isCaseSensitive()) {
            throw ConditionAttribute.refused(
                    attribute.path(),
                    predicate.isCaseSensitive()
                            ? "is not stored as a text: compare it with = or <>"
                            : "is compared without case, which databases do differently: use 'like'");
        }
        Literal pattern = literal(attribute, predicate.getPattern(), false);
        Literal escape = predicate.getEscapeCharacter() == null
                ? null
                : literal(attribute, predicate.getEscapeCharacter(), false);
        return new Like(
                attribute,
                new LikePattern(
                        String.valueOf(pattern.value()),
                        escape == null ? null : String.valueOf(escape.value()).charAt(0),
                        rules.likeMatchesUtf16()),
                escape == null ? pattern.hql() : pattern.hql() + " escape " + escape.hql());
    }

    /** Refuses to compare two attributes of different kinds, or of a kind that each attribute may store in another way. */
    private void refuseDifferent(ConditionAttribute one, ConditionAttribute other) {
        refuseShifted(one);
        boolean comparable = switch (one.kind()) {
            case CONVERTED, OTHER, REFERENCE -> false;
            case ENUM -> other.kind() == ConditionKind.ENUM && one.isStoredLike(other);
            default -> one.kind() == other.kind();
        };
        if (!comparable) {
            throw ConditionAttribute.refused(
                    one.path(),
                    "is compared with '%s', which is not stored in the same way: compare it with %s"
                            .formatted(other.path(), one.kind().comparesWith()));
        }
    }

    private Literal literal(ConditionAttribute attribute, SqmExpression<?> expression, boolean nullable) {
        ConditionLiteral literal = ConditionLiteral.of(expression);
        if (literal == null) {
            throw unknown(expression);
        }
        if (literal.value() == null && !nullable) {
            throw ConditionAttribute.refused(
                    attribute.path(), "is compared with null, which is never true: use 'is null' or 'is not null'");
        }
        refuseShifted(attribute);
        return attribute.literal(literal.value(), literal.hql());
    }

    /**
     * Refuses a local time that is stored in another time zone: around a change of the clock, the stored times have another order
     * than the local ones.
     */
    private void refuseShifted(ConditionAttribute attribute) {
        if (attribute.kind() == ConditionKind.DATE_TIME
                && factory.getSessionFactoryOptions().getJdbcTimeZone() != null) {
            throw ConditionAttribute.refused(
                    attribute.path(), "is stored in the time zone of hibernate.jdbc.time_zone: compare an Instant");
        }
    }

    private ConditionAttribute attribute(SqmExpression<?> expression) {
        ConditionAttribute attribute = attributeOrNull(expression);
        if (attribute == null) {
            throw unknown(expression);
        }
        return attribute;
    }

    private @Nullable ConditionAttribute attributeOrNull(SqmExpression<?> expression) {
        if (!(expression instanceof AbstractSqmSimplePath<?>)) {
            return null;
        }
        List<String> names = new ArrayList<>();
        SqmPath<?> path = (SqmPath<?>) expression;
        while (path instanceof AbstractSqmSimplePath<?> && !(path instanceof SqmTreatedPath<?, ?>)) {
            names.add(0, path.getReferencedPathSource().getPathName());
            path = path.getLhs();
        }
        // a treated path also restricts the class of the child
        return path instanceof SqmRoot<?> && !(path instanceof SqmTreatedPath<?, ?>)
                ? ConditionAttribute.find(child, names, rules.cutsSeconds(), definitions)
                : null;
    }

    private static IllegalArgumentException unknown(SqmExpression<?> expression) {
        return notEvaluated(
                expression instanceof SqmFunction<?> function
                        ? function.getFunctionName() + "()"
                        : expression.toHqlString());
    }
}
