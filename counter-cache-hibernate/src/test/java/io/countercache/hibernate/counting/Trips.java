package io.countercache.hibernate.counting;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.time.Instant;
import org.hibernate.annotations.ColumnDefault;
import org.hibernate.annotations.SoftDelete;

/** Trips, and what is counted and totalled of them. */
final class Trips {

    private Trips() {}

    @Entity(name = "Trip")
    static class Trip {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int openCount;
        int walksCount;
        int kilosTotal;

        @Column(precision = 12, scale = 2)
        BigDecimal costTotal;

        double lengthTotal;

        Integer stopsCount;

        Instant changedAt;

        @ColumnDefault("0")
        @Column(insertable = false)
        int seenCount;
    }

    @Entity(name = "Stop")
    @SoftDelete
    static class Stop {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        boolean open;

        @Column(precision = 12, scale = 2)
        BigDecimal cost = new BigDecimal("1.50");

        double length = 0.1;
        int kilos;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "openCount", where = "open = true")
        @CounterCache(value = "costTotal", sum = "cost")
        @CounterCache(value = "lengthTotal", sum = "length")
        @CounterCache(value = "kilosTotal", sum = "kilos")
        Trip trip;

        Stop() {}

        Stop(Trip trip, boolean open) {
            this.trip = trip;
            this.open = open;
        }
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "stopsCount", touch = "changedAt")
        @CounterCache(value = "seenCount", where = "id > 0")
        Trip trip;

        Visit() {}

        Visit(Trip trip) {
            this.trip = trip;
        }
    }
}
