package io.countercache.hibernate.internal.entity;

import org.hibernate.event.spi.PreDeleteEventListener;

/** A listener that never vetoes a DELETE: each of this library that hears of DELETEs before they are sent. */
public interface NeverVetoes extends PreDeleteEventListener {}
