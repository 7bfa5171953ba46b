package io.countercache.hibernate.schema;

import io.countercache.hibernate.support.TestDatabase;
import io.countercache.hibernate.support.TestServer;
import org.jspecify.annotations.Nullable;

/** Foreign keys that are other ones than Hibernate creates. */
final class LiveKeys {

    private LiveKeys() {}

    /** Makes a foreign key anew, with another end; without an end only drops it. */
    static void change(TestDatabase db, String table, String column, String target, @Nullable String end) {
        String name = TestServer.IS_H2
                ? db.text("select constraint_name from information_schema.key_column_usage where lower(table_name) = '"
                        + table + "' and lower(column_name) = '" + column + "' and constraint_name like 'FK%'")
                : db.text("select conname from pg_constraint where contype = 'f' and conrelid = '" + table
                        + "'::regclass and conkey = array[(select attnum from pg_attribute where attrelid = '" + table
                        + "'::regclass and attname = '" + column + "')]");
        db.execute("alter table " + table + " drop constraint " + name);
        if (end != null) {
            db.execute("alter table %s add constraint %s foreign key (%s) references %s(id) %s"
                    .formatted(table, name, column, target, end));
        }
    }
}
