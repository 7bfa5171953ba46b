package io.countercache.hibernate.internal.orm;

import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.sql.Template;

/** Columns that SQL reads and writes as they are. */
public final class PlainColumns {

    /** What stands for the alias of a table. Read when the library runs: as a constant, it would be that of one version. */
    static final String ALIAS;

    static {
        try {
            ALIAS = (String) Template.class.getField("TEMPLATE").get(null);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private PlainColumns() {}

    /** Whether no {@code @ColumnTransformer} and no function is around a column. */
    public static boolean isPlain(SelectableMapping column) {
        String read = column.getCustomReadExpression();
        return (read == null || read.equals(ALIAS + "." + column.getSelectionExpression()))
                && "?".equals(column.getWriteExpression());
    }
}
