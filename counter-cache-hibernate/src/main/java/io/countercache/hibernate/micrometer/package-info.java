/** What the library does, for the meters of Micrometer. Loaded only where the application uses it. */
@NullMarked
package io.countercache.hibernate.micrometer;

import org.jspecify.annotations.NullMarked;
