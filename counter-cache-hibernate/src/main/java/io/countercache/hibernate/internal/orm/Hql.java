package io.countercache.hibernate.internal.orm;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.hibernate.persister.entity.EntityPersister;

/**
 * Names of the application in the HQL of this library. They are always quoted: an entity may have a name that HQL would read
 * as something else, as {@code @Entity(name = "`Order`")}, whose backquotes are a part of the name.
 */
public final class Hql {

    private Hql() {}

    /** The name of an entity. With {@code hibernate.jpa.compliance.query}, HQL knows no other, as that of its class. */
    public static String name(EntityPersister entity) {
        return quoted(Entities.name(entity));
    }

    /** An attribute; dots lead into embeddables and along associations. */
    public static String path(String path) {
        return Arrays.stream(path.split("\\.")).map(Hql::quoted).collect(Collectors.joining("."));
    }

    private static String quoted(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }
}
