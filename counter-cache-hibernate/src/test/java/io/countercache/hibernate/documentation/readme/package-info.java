/** The code of README, and of pages with the same entities. */
package io.countercache.hibernate.documentation.readme;
