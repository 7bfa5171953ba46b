package io.countercache.hibernate.internal.write;

import io.countercache.hibernate.internal.model.CounterDefinition;
import io.countercache.hibernate.internal.orm.Entities;
import io.countercache.hibernate.internal.orm.Slots;
import io.countercache.hibernate.internal.sql.ArrayUpdate;
import io.countercache.hibernate.internal.sql.Columns;
import io.countercache.hibernate.internal.sql.TouchedAttribute;
import io.countercache.hibernate.internal.write.CounterDeltas.RowDeltas;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.persister.entity.EntityPersister;
import org.jspecify.annotations.Nullable;

/**
 * The UPDATE that moves some counters of a row, or the upsert of a slot that moves one; those that the row does not move it adds 0 to.
 * Its parameters are an amount for each counter, now for each touched attribute, and the id.
 *
 * @param parent the entity that has all of the counters
 * @param types the types of the counters
 * @param text the UPDATE
 * @param referred the same for a slot of a row that is known to be there; null for an UPDATE
 * @param returning the UPDATE with RETURNING: it returns the new values of the counters; null for
 *     a slot, which is not the whole value
 * @param value a SELECT of the whole value, for a slot; null for an UPDATE. Its parameter is the id
 * @param many the {@link ArrayUpdate}, for many rows at once; null where there is none
 * @param unchanged an UPDATE that leaves a row as it is; its parameter is the id
 * @param touched the attributes that some of the counters touch
 * @param spread the counters whose row may be in another table instead, which gets an UPDATE as well
 * @param guaranteed the counters whose positive delta says that a foreign key refers to the row
 */
record CounterUpdate(
        EntityPersister parent,
        List<CounterDefinition> counters,
        List<Class<?>> types,
        String text,
        @Nullable String referred,
        @Nullable String returning,
        @Nullable String value,
        @Nullable String many,
        String unchanged,
        List<TouchedAttribute> touched,
        Set<CounterDefinition> spread,
        Set<CounterDefinition> guaranteed) {

    /** The slots that it writes; null for an UPDATE. */
    @Nullable
    Slots slots() {
        return referred == null ? null : counters.get(0).slots();
    }

    /** What is sent for these rows. */
    String text(List<RowDeltas> rows) {
        return referred != null && rows.stream().allMatch(this::isReferredTo) ? referred : text;
    }

    /** Whether a delta says that a row of the same database refers to this one. */
    boolean isReferredTo(RowDeltas row) {
        return row.amounts().entrySet().stream()
                .anyMatch(counter -> counter.getValue().signum() > 0 && guaranteed.contains(counter.getKey()));
    }

    /** Some counters of a row, for messages. */
    String named(Collection<CounterDefinition> moved, RowDeltas row) {
        return "%s of %s %s"
                .formatted(names(moved), Entities.name(parent), row.row().id());
    }

    static String names(Collection<CounterDefinition> counters) {
        return counters.stream().map(CounterDefinition::counter).collect(Collectors.joining(", "));
    }

    /** Whether the row may be in another table, as far as its counters tell. */
    boolean isSpread(RowDeltas row) {
        return row.amounts().keySet().stream().anyMatch(spread::contains);
    }

    /** By how much a row moves a counter. */
    static BigDecimal amount(CounterDefinition counter, RowDeltas row) {
        return row.amounts().getOrDefault(counter, BigDecimal.ZERO);
    }

    /** For each counter, the amount of each row. */
    BigDecimal[][] amounts(List<RowDeltas> rows) {
        return counters.stream()
                .map(counter -> rows.stream().map(row -> amount(counter, row)).toArray(BigDecimal[]::new))
                .toArray(BigDecimal[][]::new);
    }

    /**
     * Binds the parameters of a row; returns the position after them.
     *
     * @param now for each touched attribute, now
     */
    int bind(
            RowDeltas row,
            Map<TouchedAttribute, Object> now,
            PreparedStatement statement,
            int first,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = first;
        for (int counter = 0; counter < counters.size(); counter++) {
            Columns.bind(amount(counters.get(counter), row), types.get(counter), statement, position++);
        }
        position = TouchedAttribute.bind(now, statement, position, session);
        return bindId(row, statement, position, session);
    }

    /** Binds the id of a row; returns the position after it. */
    int bindId(RowDeltas row, PreparedStatement statement, int position, SharedSessionContractImplementor session)
            throws SQLException {
        return Columns.bindId(row.row().id(), parent, statement, position, session);
    }
}
