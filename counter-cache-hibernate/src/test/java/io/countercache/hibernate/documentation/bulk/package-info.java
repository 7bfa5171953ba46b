/** The code of docs/guide/bulk-and-native-sql.md. */
package io.countercache.hibernate.documentation.bulk;
