package io.countercache.hibernate.support;

import java.util.Locale;
import org.hibernate.boot.model.naming.Identifier;
import org.hibernate.boot.model.naming.PhysicalNamingStrategy;
import org.hibernate.engine.jdbc.env.spi.JdbcEnvironment;

/**
 * Columns of {@code commentsCount} are called {@code comments_count}, and quoted names are as they are: what Hibernate has
 * under this name since 7.0.
 */
public final class SnakeCase implements PhysicalNamingStrategy {

    @Override
    public Identifier toPhysicalCatalogName(Identifier name, JdbcEnvironment environment) {
        return snakeCase(name);
    }

    @Override
    public Identifier toPhysicalSchemaName(Identifier name, JdbcEnvironment environment) {
        return snakeCase(name);
    }

    @Override
    public Identifier toPhysicalTableName(Identifier name, JdbcEnvironment environment) {
        return snakeCase(name);
    }

    @Override
    public Identifier toPhysicalSequenceName(Identifier name, JdbcEnvironment environment) {
        return snakeCase(name);
    }

    @Override
    public Identifier toPhysicalColumnName(Identifier name, JdbcEnvironment environment) {
        return snakeCase(name);
    }

    private static Identifier snakeCase(Identifier name) {
        if (name == null || name.isQuoted()) {
            return name;
        }
        String words = name.getText().replace('.', '_').replaceAll("(?<=[a-z0-9])(?=[A-Z][a-z0-9])", "_");
        return Identifier.toIdentifier(words.toLowerCase(Locale.ROOT));
    }
}
