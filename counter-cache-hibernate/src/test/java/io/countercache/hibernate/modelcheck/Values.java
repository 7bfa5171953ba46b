package io.countercache.hibernate.modelcheck;

import jakarta.persistence.Column;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.MappedSuperclass;
import java.math.BigDecimal;
import java.util.Objects;

/** What conditions and totals look at of a child. */
@SuppressWarnings("BigDecimalEquals") // all amounts have two digits after the point
public record Values(boolean visible, Stage status, Integer words, BigDecimal amount) {

    /** How many different values there are. */
    static final int ALL = 2 * 4 * 8 * 8;

    /** What a row has that has none. */
    static final Values NONE = new Values(false, null, null, null);

    enum Stage {
        OPEN,
        PAID,
        VOID
    }

    /** A child that has such values. */
    @MappedSuperclass
    public abstract static class Valued implements ModelBlog.Row {
        boolean visible;

        @Enumerated(EnumType.STRING)
        @Column(length = 255) // else Hibernate 7.2 and 7.3 cast to varchar(null), which H2 does not read
        Stage status;

        Integer words;

        @Column(precision = 19, scale = 2)
        BigDecimal amount;

        @Override
        public Values values() {
            return new Values(visible, status, words, amount);
        }

        @Override
        public void assign(Values values) {
            visible = values.visible;
            status = values.status;
            words = values.words;
            amount = values.amount;
        }
    }

    /** What a session has changed, on top of what is known. */
    static Values changed(Values known, Values before, Values after) {
        return new Values(
                before.visible == after.visible ? known.visible : after.visible,
                before.status == after.status ? known.status : after.status,
                Objects.equals(before.words, after.words) ? known.words : after.words,
                Objects.equals(before.amount, after.amount) ? known.amount : after.amount);
    }

    /** The values that a number stands for. */
    static Values of(int number) {
        Stage[] states = {null, Stage.OPEN, Stage.PAID, Stage.VOID};
        Integer[] words = {null, 0, 1, 3, 4, 5, 10, -2};
        Integer[] cents = {null, 0, 1, 150, 1000, 333, -25, 100};
        Integer some = cents[number / 64 % 8];
        return new Values(
                number % 2 == 1,
                states[number / 2 % 4],
                words[number / 8 % 8],
                some == null ? null : BigDecimal.valueOf(some, 2));
    }

    @Override
    public String toString() {
        return "%s, %s, %s words, %s".formatted(visible ? "visible" : "hidden", status, words, amount);
    }
}
