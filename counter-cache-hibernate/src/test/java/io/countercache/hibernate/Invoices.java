package io.countercache.hibernate;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.math.BigInteger;

/** Counters that count some children only, and such that total what they have. */
final class Invoices {

    private Invoices() {}

    enum Status {
        OPEN,
        PAID,
        VOID
    }

    @Embeddable
    static class Address {
        String city;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("shippedCount")
        Customer receiver;
    }

    @Entity(name = "Customer")
    static class Customer {
        @Id
        Long id;

        int openCount;
        Integer invoicesCount;
        int abroadCount;
        int shippedCount;
        int billsCount;
        int parcelsCount;
        int gramsTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal receiptsTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal billsTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal openTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal amountTotal = BigDecimal.ZERO;

        long piecesTotal;

        BigInteger hugeTotal;

        double weightTotal;

        Customer() {}

        Customer(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Invoice")
    static class Invoice {
        @Id
        Long id;

        @Enumerated(EnumType.STRING)
        Status status = Status.OPEN;

        @Column(precision = 19, scale = 2)
        BigDecimal amount;

        Short pieces;

        BigInteger huge;

        Double weight;

        String note;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "openCount", where = "status = OPEN")
        @CounterCache(value = "openTotal", where = "status = OPEN and amount > 0", sum = "amount")
        @CounterCache(value = "amountTotal", sum = "amount")
        @CounterCache(value = "piecesTotal", sum = "pieces")
        @CounterCache(value = "hugeTotal", sum = "huge")
        @CounterCache(value = "weightTotal", sum = "weight")
        @CounterCache(value = "abroadCount", where = "address.city <> 'Paris'")
        Customer customer;

        Address address;

        Invoice() {}

        Invoice(long id, Customer customer, String amount) {
            this.id = id;
            this.customer = customer;
            this.amount = amount == null ? null : new BigDecimal(amount);
        }
    }

    /** The same with a version, of which one attribute is no part. */
    @Entity(name = "Bill")
    static class Bill {
        @Id
        Long id;

        @Version
        int version;

        boolean open;

        @Column(precision = 19, scale = 2)
        BigDecimal amount;

        @org.hibernate.annotations.OptimisticLock(excluded = true)
        boolean sent;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "billsCount", where = "open and not sent")
        @CounterCache(value = "billsTotal", sum = "amount")
        Customer customer;

        Bill() {}

        Bill(long id, Customer customer) {
            this.id = id;
            this.customer = customer;
            this.open = true;
        }
    }

    /** One attribute of it counts by the value of the other, and nothing else guards it. */
    @Entity(name = "Parcel")
    static class Parcel {
        @Id
        Long id;

        boolean sent;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "parcelsCount", where = "not sent")
        Customer customer;

        Parcel() {}

        Parcel(long id, Customer customer) {
            this.id = id;
            this.customer = customer;
        }
    }

    /** All of it is guarded by its version. */
    @Entity(name = "Receipt")
    static class Receipt {
        @Id
        Long id;

        @Version
        int version;

        @Column(precision = 19, scale = 2)
        BigDecimal amount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "receiptsTotal", sum = "amount")
        Customer customer;

        Receipt() {}

        Receipt(long id, Customer customer, String amount) {
            this.id = id;
            this.customer = customer;
            this.amount = new BigDecimal(amount);
        }
    }

    /** One that is guarded by nothing, and has no condition. */
    @Entity(name = "Crate")
    static class Crate {
        @Id
        Long id;

        int grams;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "gramsTotal", sum = "grams")
        Customer customer;

        Crate() {}

        Crate(long id, Customer customer, int grams) {
            this.id = id;
            this.customer = customer;
            this.grams = grams;
        }
    }
}
