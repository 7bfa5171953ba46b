package io.countercache.hibernate.internal.collection;

import io.countercache.hibernate.internal.orm.BootDifferences;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.hibernate.boot.Metadata;
import org.hibernate.boot.model.relational.SqlStringGenerationContext;
import org.hibernate.dialect.Dialect;
import org.hibernate.mapping.Collection;
import org.hibernate.mapping.IndexedCollection;
import org.hibernate.mapping.Value;

/** What the library changes in the mapping of a counted collection, so that it learns how many rows each DELETE deletes. */
public final class CollectionMapping {

    private CollectionMapping() {}

    /** Whether {@link #countDeletes} was called for a collection before, for a session factory from the same mapping. */
    public static boolean isChanged(Collection collection) {
        return collection.getDeleteAllExpectation() != null
                && collection.getDeleteAllExpectation().get() instanceof DeleteRowCounts;
    }

    /** Makes Hibernate report how many rows DELETEs have deleted. Called before Hibernate builds persisters from the mapping. */
    public static void countDeletes(Collection collection, Metadata metadata, SqlStringGenerationContext tableNames) {
        if (collection.isOneToMany() && !isChanged(collection)) {
            // Hibernate checks the row count of custom SQL, but not of the UPDATE that it generates for this
            BootDifferences.setDeleteAll(
                    collection, removeAll(collection, metadata.getDatabase().getDialect(), tableNames));
        }
        DeleteRowCounts.count(collection);
    }

    private static String removeAll(Collection collection, Dialect dialect, SqlStringGenerationContext tableNames) {
        List<String> key = collection.getKey().getColumns().stream()
                .map(column -> column.getQuotedName(dialect))
                .toList();
        return "update %s set %s where %s"
                .formatted(
                        tableNames.format(collection.getCollectionTable().getQualifiedTableName()),
                        Stream.concat(key.stream(), index(collection, dialect))
                                .map(column -> column + "=null")
                                .collect(Collectors.joining(", ")),
                        key.stream().map(column -> column + "=?").collect(Collectors.joining(" and ")));
    }

    /** The columns of the index that the collection writes itself, without those that an attribute of the element writes. */
    private static Stream<String> index(Collection collection, Dialect dialect) {
        if (!(collection instanceof IndexedCollection indexed)
                || indexed.getIndex().hasFormula()
                || (collection instanceof org.hibernate.mapping.Map map && map.getMapKeyPropertyName() != null)) {
            return Stream.of();
        }
        Value index = indexed.getIndex();
        return IntStream.range(0, index.getColumnSpan())
                .filter(i -> index.isColumnUpdateable(i)
                        || (!(collection instanceof org.hibernate.mapping.List) && index.isColumnInsertable(i)))
                .mapToObj(i -> index.getColumns().get(i).getQuotedName(dialect));
    }
}
