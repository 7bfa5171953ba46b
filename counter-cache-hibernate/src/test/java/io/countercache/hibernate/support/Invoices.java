package io.countercache.hibernate.support;

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
public final class Invoices {

    private Invoices() {}

    public enum Status {
        OPEN,
        PAID,
        VOID
    }

    @Embeddable
    public static class Address {
        public String city;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("shippedCount")
        public Customer receiver;
    }

    @Entity(name = "Customer")
    public static class Customer {
        @Id
        Long id;

        public int openCount;
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
        public BigDecimal openTotal;

        @Column(precision = 19, scale = 2)
        BigDecimal amountTotal = BigDecimal.ZERO;

        long piecesTotal;

        BigInteger hugeTotal;

        double weightTotal;

        Customer() {}

        public Customer(long id) {
            this.id = id;
        }
    }

    @Entity(name = "Invoice")
    public static class Invoice {
        @Id
        Long id;

        @Enumerated(EnumType.STRING)
        public Status status = Status.OPEN;

        @Column(precision = 19, scale = 2)
        public BigDecimal amount;

        public Short pieces;

        public BigInteger huge;

        public Double weight;

        public String note;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        @CounterCache(value = "openCount", where = "status = OPEN")
        @CounterCache(value = "openTotal", where = "status = OPEN and amount > 0", sum = "amount")
        @CounterCache(value = "amountTotal", sum = "amount")
        @CounterCache(value = "piecesTotal", sum = "pieces")
        @CounterCache(value = "hugeTotal", sum = "huge")
        @CounterCache(value = "weightTotal", sum = "weight")
        @CounterCache(value = "abroadCount", where = "address.city <> 'Paris'")
        public Customer customer;

        public Address address;

        Invoice() {}

        public Invoice(long id, Customer customer, String amount) {
            this.id = id;
            this.customer = customer;
            this.amount = amount == null ? null : new BigDecimal(amount);
        }
    }

    /** The same with a version, of which one attribute is no part. */
    @Entity(name = "Bill")
    public static class Bill {
        @Id
        Long id;

        @Version
        public int version;

        public boolean open;

        @Column(precision = 19, scale = 2)
        public BigDecimal amount;

        @org.hibernate.annotations.OptimisticLock(excluded = true)
        public boolean sent;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "billsCount", where = "open and not sent")
        @CounterCache(value = "billsTotal", sum = "amount")
        public Customer customer;

        Bill() {}

        public Bill(long id, Customer customer) {
            this.id = id;
            this.customer = customer;
            this.open = true;
        }
    }

    /** One attribute of it counts by the value of the other, and nothing else guards it. */
    @Entity(name = "Parcel")
    public static class Parcel {
        @Id
        Long id;

        public boolean sent;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "parcelsCount", where = "not sent")
        public Customer customer;

        Parcel() {}

        public Parcel(long id, Customer customer) {
            this.id = id;
            this.customer = customer;
        }
    }

    /** All of it is guarded by its version. */
    @Entity(name = "Receipt")
    public static class Receipt {
        @Id
        Long id;

        @Version
        int version;

        @Column(precision = 19, scale = 2)
        public BigDecimal amount;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "receiptsTotal", sum = "amount")
        Customer customer;

        Receipt() {}

        public Receipt(long id, Customer customer, String amount) {
            this.id = id;
            this.customer = customer;
            this.amount = new BigDecimal(amount);
        }
    }

    /** One that is guarded by nothing, and has no condition. */
    @Entity(name = "Crate")
    public static class Crate {
        @Id
        Long id;

        public int grams;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "gramsTotal", sum = "grams")
        public Customer customer;

        Crate() {}

        public Crate(long id, Customer customer, int grams) {
            this.id = id;
            this.customer = customer;
            this.grams = grams;
        }
    }
}
