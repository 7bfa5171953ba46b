/** The statements of a counter with a path, in docs/reference/statements.md. */
package io.countercache.hibernate.documentation.path;
