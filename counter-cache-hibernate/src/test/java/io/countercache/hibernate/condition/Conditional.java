package io.countercache.hibernate.condition;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Basic;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Embedded;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.Lob;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Version;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.hibernate.annotations.ColumnTransformer;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.FractionalSeconds;
import org.hibernate.annotations.Generated;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.type.NumericBooleanConverter;
import org.hibernate.type.SqlTypes;
import org.hibernate.type.YesNoConverter;

/** An entity with attributes of every kind that a condition may, or must not, look at. */
final class Conditional {

    private Conditional() {}

    static final UUID NOBODY = new UUID(0, 0);

    /** Hibernate finds public constants only. */
    public static final class Limits {
        public static final int MANY = 10;
        public static final long LARGE = 3_000_000_000L;
        public static final String SPECIAL = "it's";
        public static final BigDecimal DEAR = new BigDecimal("19.990");
        public static final UUID NOBODY = Conditional.NOBODY;

        private Limits() {}
    }

    enum Status {
        DRAFT,
        PUBLISHED,
        HIDDEN
    }

    /** Stored as another text, and null as one, too. */
    record Code(String text) {}

    static class CodeConverter implements AttributeConverter<Code, String> {
        @Override
        public String convertToDatabaseColumn(Code code) {
            return code == null ? "none" : "code:" + code.text();
        }

        @Override
        public Code convertToEntityAttribute(String stored) {
            return "none".equals(stored) ? null : new Code(stored.substring(5));
        }
    }

    static class ShoutingConverter implements AttributeConverter<String, String> {
        @Override
        public String convertToDatabaseColumn(String text) {
            return text == null || text.isEmpty() ? null : text.toUpperCase(Locale.ROOT);
        }

        @Override
        public String convertToEntityAttribute(String stored) {
            return stored;
        }
    }

    @Embeddable
    static class City {
        @Column(name = "city_name")
        String name;

        @Column(name = "city_size")
        Integer size;

        @ManyToOne(fetch = FetchType.LAZY)
        Author mayor;
    }

    @Embeddable
    static class Address {
        String street;

        @Embedded
        City city;
    }

    @Entity(name = "Author")
    static class Author {
        @Id
        Long number;

        @Column(unique = true)
        String name;
    }

    @Entity(name = "Comment")
    static class Comment {
        @Id
        Long id;

        Byte tiny;
        Short small;
        Integer likes;
        Integer dislikes;
        Long views;
        BigInteger huge;

        @Column(precision = 12, scale = 2)
        BigDecimal price;

        Double score;
        Float weight;
        String title;
        String other;
        Character grade;
        Boolean visible;

        @Convert(converter = YesNoConverter.class)
        Boolean pinned;

        @Convert(converter = NumericBooleanConverter.class)
        Boolean closed;

        @Enumerated(EnumType.STRING)
        Status status;

        @Enumerated(EnumType.STRING)
        Status former;

        @Enumerated(EnumType.ORDINAL)
        Status ordinal;

        @Convert(converter = CodeConverter.class)
        Code code;

        @Convert(converter = ShoutingConverter.class)
        String shout;

        @Column(name = "on_day")
        LocalDate day;

        LocalDateTime local;
        Instant moment;

        @Column(name = "with_offset")
        OffsetDateTime offset;

        ZonedDateTime zoned;
        UUID token;
        UUID sibling;

        @Embedded
        Address address;

        @ManyToOne(fetch = FetchType.LAZY)
        Author author;

        // refused
        @Version
        int version;

        LocalTime time;

        @Column(precision = 10)
        Double rounded;

        BigDecimal unscaled;

        @FractionalSeconds(3)
        @SuppressWarnings("removal") // Hibernate 6.6 has nothing else
        LocalDateTime coarse;

        /** Jakarta Persistence has it since 3.2. */
        @Column(secondPrecision = 3)
        LocalDateTime coarseToo;

        @Lob
        String text;

        @JdbcTypeCode(SqlTypes.CHAR)
        @Column(length = 5)
        String padded;

        @JdbcTypeCode(SqlTypes.JSON)
        List<String> json;

        @Column(name = "words")
        String[] array;

        @Formula("likes + 1")
        Integer formula;

        @ColumnTransformer(read = "lower(lowered)")
        String lowered;

        @Column(name = "title", insertable = false, updatable = false)
        String copy;

        @Generated
        @Column(columnDefinition = "integer default 5")
        Integer generated;

        @Basic(fetch = FetchType.LAZY)
        String lazy;

        @ManyToOne
        @JoinColumn(referencedColumnName = "name")
        Author byName;

        @ManyToOne
        @NotFound(action = NotFoundAction.IGNORE)
        Author missing;

        @ManyToOne
        @JoinTable(name = "comment_editor")
        Author editor;

        @ElementCollection
        Set<String> tags = new HashSet<>();
    }

    @Entity(name = "Reply")
    static class Reply extends Comment {
        String reply;
    }

    @Embeddable
    record Key(int major, int minor) {}

    @Entity(name = "Embedding")
    static class Embedding {
        @EmbeddedId
        Key key;
    }

    static class PairId {
        int left;
        int right;

        @Override
        public boolean equals(Object other) {
            return other instanceof PairId pair && pair.left == left && pair.right == right;
        }

        @Override
        public int hashCode() {
            return left + right;
        }
    }

    @Entity(name = "Pair")
    @IdClass(PairId.class)
    static class Pair {
        @Id
        @Column(name = "l")
        int left;

        @Id
        @Column(name = "r")
        int right;
    }
}
