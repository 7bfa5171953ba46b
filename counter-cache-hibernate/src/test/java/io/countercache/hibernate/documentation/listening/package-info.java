/** The code of docs/guide/listening.md. */
package io.countercache.hibernate.documentation.listening;
