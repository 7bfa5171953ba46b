/**
 * Keeps README and {@code docs/} true: code comes from sources that are compiled and tested, SQL is run, links lead somewhere,
 * and what the library can be set to and may say is explained.
 */
package io.countercache.hibernate.documentation;
