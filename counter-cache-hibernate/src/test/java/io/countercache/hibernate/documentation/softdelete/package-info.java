/** Rows that are marked as deleted, in docs/guide/conditions-and-totals.md. */
package io.countercache.hibernate.documentation.softdelete;
