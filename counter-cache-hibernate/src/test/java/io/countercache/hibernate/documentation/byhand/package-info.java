/** The code of docs/guide/counters-by-hand.md. */
package io.countercache.hibernate.documentation.byhand;
