/** The code of pages of docs/guide. */
package io.countercache.hibernate.documentation.guide;
