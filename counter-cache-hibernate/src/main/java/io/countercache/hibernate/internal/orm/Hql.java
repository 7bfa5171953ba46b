package io.countercache.hibernate.internal.orm;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.hibernate.metamodel.mapping.EntityIdentifierMapping;
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

    /**
     * The id of the row that a to-one leads to. Hibernate 6.6 does not know {@code id(..)} of a to-one whose type is a variable
     * of a mapped superclass.
     *
     * @param toOne the path of the to-one in HQL, with its alias
     */
    public static String id(String toOne) {
        return toOne + "." + quoted(EntityIdentifierMapping.ID_ROLE_NAME);
    }

    private static String quoted(String name) {
        return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`";
    }
}
