package io.countercache.hibernate;

import org.hibernate.event.spi.PreDeleteEventListener;

/** A listener that never vetoes a DELETE: each of this library that hears of DELETEs before they are sent. */
interface NeverVetoes extends PreDeleteEventListener {}
