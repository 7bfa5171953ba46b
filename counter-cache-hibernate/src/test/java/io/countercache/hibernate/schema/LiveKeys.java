package io.countercache.hibernate.schema;

import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import org.jspecify.annotations.Nullable;

/** Foreign keys and columns that are other ones than Hibernate creates. */
final class LiveKeys {

    private LiveKeys() {}

    /** Makes a foreign key anew, with another end; without an end only drops it. */
    static void change(TestDatabase db, String table, String column, String target, @Nullable String end) {
        String name = name(db, table, column);
        db.execute("alter table " + table + " drop constraint " + name);
        if (end != null) {
            db.execute("alter table %s add constraint %s foreign key (%s) references %s(id) %s"
                    .formatted(table, name, column, target, end));
        }
    }

    static String name(TestDatabase db, String table, String column) {
        return TestServer.IS_H2 || TestServer.IS_MARIADB
                ? db.text("select constraint_name from information_schema.key_column_usage where lower(table_name) = '"
                        + table + "' and lower(column_name) = '" + column + "' and constraint_name like 'FK%'"
                        + (TestServer.IS_MARIADB ? " and table_schema = database()" : ""))
                : db.text("select conname from pg_constraint where contype = 'f' and conrelid = '" + table
                        + "'::regclass and conkey = array[(select attnum from pg_attribute where attrelid = '" + table
                        + "'::regclass and attname = '" + column + "')]");
    }

    /** Gives a column another type. */
    static void retype(TestDatabase db, String table, String column, String type) {
        db.execute("alter table " + table
                + (TestServer.IS_MARIADB ? " modify column %s %s" : " alter column %s set data type %s")
                        .formatted(column, type));
    }
}
