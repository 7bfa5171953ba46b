/**
 * Checks that the live schema fits the counters, and writes the script that makes it fit.
 *
 * <ol>
 *   <li>{@link io.countercache.hibernate.internal.schema.SchemaCheck} is called when the factory is built, and by verifications
 *   <li>{@link io.countercache.hibernate.internal.schema.SchemaNeeds}: what the counters need of the schema, from the model, each {@code
 *       Needed} thing; {@link io.countercache.hibernate.internal.schema.MappedKeys}: the foreign keys of the mapping
 *   <li>{@link io.countercache.hibernate.internal.schema.LiveSchema}: what the database has; read by {@link
 *       io.countercache.hibernate.internal.schema.PostgreSqlCatalog}, {@link
 *       io.countercache.hibernate.internal.schema.H2Catalog}, {@link
 *       io.countercache.hibernate.internal.schema.MySqlCatalog} or {@link io.countercache.hibernate.internal.schema.JdbcCatalog}
 *   <li>{@link io.countercache.hibernate.internal.schema.ColumnFindings} and {@link
 *       io.countercache.hibernate.internal.schema.KeyFindings} compare the two
 *   <li>{@link io.countercache.hibernate.internal.schema.SchemaScript} is the DDL of columns and slots
 * </ol>
 */
@NullMarked
package io.countercache.hibernate.internal.schema;

import org.jspecify.annotations.NullMarked;
