package io.countercache.hibernate.internal.condition;

import io.countercache.hibernate.internal.condition.Condition.Values;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.query.sqm.ComparisonOperator;
import org.jspecify.annotations.Nullable;

/** A part of a {@link Condition}, which is true, false or unknown for the values of a child. */
sealed interface ConditionTerm {

    Truth test(Values values);

    String hql(String alias);

    void forEachAttribute(Consumer<ConditionAttribute> action);

    /** The attributes whose values are compared, and are not only asked whether they are null. */
    default void forEachCompared(Consumer<ConditionAttribute> action) {
        forEachAttribute(action);
    }

    /** The truth values of SQL. In this order, 'and' is the least of its operands and 'or' the greatest. */
    enum Truth {
        FALSE,
        UNKNOWN,
        TRUE;

        static Truth of(boolean value) {
            return value ? TRUE : FALSE;
        }

        Truth not() {
            return this == UNKNOWN ? UNKNOWN : of(this == FALSE);
        }

        Truth and(Truth other) {
            return compareTo(other) < 0 ? this : other;
        }

        Truth or(Truth other) {
            return compareTo(other) > 0 ? this : other;
        }
    }

    /** An operand of a comparison: an attribute or a literal. */
    sealed interface Operand permits ConditionAttribute, Literal {

        @Nullable
        Comparable<?> value(Values values);

        String hql(String alias);

        default void forEachAttribute(Consumer<ConditionAttribute> action) {
            if (this instanceof ConditionAttribute attribute) {
                action.accept(attribute);
            }
        }
    }

    /**
     * A literal.
     *
     * @param value in the class in which the attribute that it is compared with compares its values
     */
    record Literal(@Nullable Comparable<?> value, String hql) implements Operand {

        @Override
        public @Nullable Comparable<?> value(Values values) {
            return value;
        }

        @Override
        public String hql(String alias) {
            return hql;
        }
    }

    /** Terms joined by 'and' (all) or by 'or'. */
    record Junction(List<ConditionTerm> terms, boolean all) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            return terms.stream()
                    .map(term -> term.test(values))
                    .reduce(Truth.of(all), (left, right) -> all ? left.and(right) : left.or(right));
        }

        @Override
        public String hql(String alias) {
            return terms.stream()
                    .map(term -> term.hql(alias))
                    .collect(Collectors.joining(all ? " and " : " or ", "(", ")"));
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            terms.forEach(term -> term.forEachAttribute(action));
        }

        @Override
        public void forEachCompared(Consumer<ConditionAttribute> action) {
            terms.forEach(term -> term.forEachCompared(action));
        }
    }

    record Not(ConditionTerm term) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            return term.test(values).not();
        }

        @Override
        public String hql(String alias) {
            return "not (" + term.hql(alias) + ")";
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            term.forEachAttribute(action);
        }

        @Override
        public void forEachCompared(Consumer<ConditionAttribute> action) {
            term.forEachCompared(action);
        }
    }

    record IsNull(ConditionAttribute attribute) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            return Truth.of(attribute.isNull(values));
        }

        @Override
        public String hql(String alias) {
            return attribute.hql(alias) + " is null";
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            action.accept(attribute);
        }

        @Override
        public void forEachCompared(Consumer<ConditionAttribute> action) {
            // null is null in every column
        }
    }

    /** {@code is true} or {@code is false}, which are never unknown. */
    record Is(ConditionAttribute attribute, boolean expected) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            Comparable<?> value = attribute.value(values);
            return Truth.of(value != null && value.equals(expected));
        }

        @Override
        public String hql(String alias) {
            return attribute.hql(alias) + " is " + expected;
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            action.accept(attribute);
        }
    }

    record Comparison(Operand left, ComparisonOperator operator, Operand right) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            Comparable<?> one = left.value(values);
            Comparable<?> other = right.value(values);
            boolean distinct = operator == ComparisonOperator.DISTINCT_FROM;
            if (distinct || operator == ComparisonOperator.NOT_DISTINCT_FROM) {
                boolean same = (one == null || other == null) ? one == other : compare(one, other) == 0;
                return Truth.of(same != distinct);
            }
            return one == null || other == null ? Truth.UNKNOWN : Truth.of(holds(compare(one, other)));
        }

        private boolean holds(int order) {
            return switch (operator) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case LESS_THAN -> order < 0;
                case LESS_THAN_OR_EQUAL -> order <= 0;
                case GREATER_THAN -> order > 0;
                case GREATER_THAN_OR_EQUAL -> order >= 0;
                default -> throw new IllegalStateException("not an order: " + operator);
            };
        }

        /** Both values are of one class: {@link ConditionKind} turns all values of a kind into the same one. */
        @SuppressWarnings("unchecked")
        private static int compare(Comparable<?> one, Comparable<?> other) {
            return ((Comparable<Object>) one).compareTo(other);
        }

        @Override
        public String hql(String alias) {
            return left.hql(alias) + operatorText() + right.hql(alias);
        }

        private String operatorText() {
            return switch (operator) {
                case DISTINCT_FROM -> " is distinct from ";
                case NOT_DISTINCT_FROM -> " is not distinct from ";
                default -> " " + operator.sqlText() + " ";
            };
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            left.forEachAttribute(action);
            right.forEachAttribute(action);
        }
    }

    /** Equal to a member of a list. */
    record In(Operand tested, List<Operand> list) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            return list.stream()
                    .map(member -> new Comparison(tested, ComparisonOperator.EQUAL, member).test(values))
                    .reduce(Truth.FALSE, Truth::or);
        }

        @Override
        public String hql(String alias) {
            return list.stream()
                    .map(member -> member.hql(alias))
                    .collect(Collectors.joining(", ", tested.hql(alias) + " in (", ")"));
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            Stream.concat(Stream.of(tested), list.stream()).forEach(operand -> operand.forEachAttribute(action));
        }
    }

    /**
     * Whether a text matches a pattern.
     *
     * @param hql the pattern and its escape character, as literals
     */
    record Like(ConditionAttribute attribute, LikePattern pattern, String hql) implements ConditionTerm {

        @Override
        public Truth test(Values values) {
            return attribute.value(values) instanceof String text ? Truth.of(pattern.matches(text)) : Truth.UNKNOWN;
        }

        @Override
        public String hql(String alias) {
            return attribute.hql(alias) + " like " + hql;
        }

        @Override
        public void forEachAttribute(Consumer<ConditionAttribute> action) {
            action.accept(attribute);
        }
    }
}
