package io.countercache.hibernate.internal.sql;

import io.countercache.hibernate.internal.orm.Entities;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Calendar;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.hibernate.annotations.CurrentTimestamp;
import org.hibernate.annotations.UpdateTimestamp;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.generator.EventType;
import org.hibernate.metamodel.mapping.AttributeMapping;
import org.hibernate.metamodel.mapping.SelectableMapping;
import org.hibernate.persister.entity.AbstractEntityPersister;
import org.hibernate.persister.entity.EntityPersister;
import org.hibernate.type.descriptor.java.ClockHelper;

/** A date/time attribute that is set to now along with a counter. */
@SuppressWarnings("JavaUtilDate") // applications map it
public record TouchedAttribute(AttributeMapping attribute) {

    private static final Map<Class<?>, Function<Clock, Object>> NOW = new LinkedHashMap<>();

    static {
        NOW.put(Instant.class, Clock::instant);
        NOW.put(LocalDateTime.class, LocalDateTime::now);
        NOW.put(OffsetDateTime.class, OffsetDateTime::now);
        NOW.put(ZonedDateTime.class, ZonedDateTime::now);
        NOW.put(LocalDate.class, LocalDate::now);
        NOW.put(LocalTime.class, LocalTime::now);
        NOW.put(OffsetTime.class, OffsetTime::now);
        NOW.put(Year.class, Year::now);
        NOW.put(YearMonth.class, YearMonth::now);
        NOW.put(MonthDay.class, MonthDay::now);
        NOW.put(Timestamp.class, clock -> Timestamp.from(clock.instant()));
        NOW.put(java.sql.Date.class, clock -> java.sql.Date.valueOf(LocalDate.now(clock)));
        NOW.put(java.sql.Time.class, clock -> java.sql.Time.valueOf(LocalTime.now(clock)));
        NOW.put(Date.class, clock -> Date.from(clock.instant()));
        NOW.put(Calendar.class, TouchedAttribute::calendar);
        NOW.put(Long.class, clock -> clock.instant().toEpochMilli());
        NOW.put(long.class, clock -> clock.instant().toEpochMilli());
    }

    /** Annotations of Spring Data, recognised by name: the library does not depend on it. */
    private static final String CREATED_DATE = "org.springframework.data.annotation.CreatedDate";

    private static final String LAST_MODIFIED_DATE = "org.springframework.data.annotation.LastModifiedDate";

    private static Calendar calendar(Clock clock) {
        Calendar calendar = Calendar.getInstance();
        calendar.setTimeInMillis(clock.instant().toEpochMilli());
        return calendar;
    }

    /** Whether values of this type are dates or times. */
    public static boolean isDateOrTime(Class<?> type) {
        return NOW.containsKey(type) && type != Long.class && type != long.class;
    }

    /** A number counts as a time if an update sets it to the time. */
    private static boolean isDateOrTime(AttributeMapping attribute) {
        Class<?> type = attribute.getJavaType().getJavaTypeClass();
        return isDateOrTime(type) || (NOW.containsKey(type) && isSetByUpdates(attribute));
    }

    /** The attributes of these names; without names, those that an update of the entity sets to now. */
    public static List<TouchedAttribute> of(EntityPersister entity, String... names) {
        if (names == null) {
            throw new IllegalArgumentException(
                    "null names no attributes of %s: name %s".formatted(Entities.name(entity), alternatives(entity)));
        }
        if (names.length > 0) {
            return Arrays.stream(names)
                    .distinct()
                    .map(name -> named(entity, name))
                    .toList();
        }
        List<TouchedAttribute> marked = setByUpdates(entity);
        if (marked.isEmpty()) {
            throw new IllegalArgumentException("%s has no attribute with @UpdateTimestamp or @LastModifiedDate: name %s"
                    .formatted(Entities.name(entity), alternatives(entity)));
        }
        return marked;
    }

    /** The attributes that an update of the entity sets to now. */
    public static List<TouchedAttribute> setByUpdates(EntityPersister entity) {
        return dateOrTime(entity)
                .filter(TouchedAttribute::isSetByUpdates)
                .map(TouchedAttribute::new)
                .toList();
    }

    public static TouchedAttribute named(EntityPersister entity, String name) {
        return dateOrTime(entity)
                .filter(attribute -> attribute.getAttributeName().equals(name))
                .findFirst()
                .map(TouchedAttribute::new)
                .orElseThrow(() -> new IllegalArgumentException("%s has no date or time attribute '%s': name %s"
                        .formatted(Entities.name(entity), name, alternatives(entity))));
    }

    private static String alternatives(EntityPersister entity) {
        String names =
                dateOrTime(entity).map(AttributeMapping::getAttributeName).collect(Collectors.joining(", "));
        return names.isEmpty() ? "another entity, for it has none" : "one of " + names;
    }

    private static Stream<AttributeMapping> dateOrTime(EntityPersister entity) {
        List<AttributeMapping> found = new ArrayList<>();
        entity.forEachAttributeMapping(attribute -> {
            boolean isVersion = entity.getVersionMapping() != null
                    && attribute
                            .getAttributeName()
                            .equals(entity.getVersionMapping()
                                    .getVersionAttribute()
                                    .getAttributeName());
            if (!isVersion && isDateOrTime(attribute)) {
                found.add(attribute);
            }
        });
        return found.stream();
    }

    /** Whether Spring Data sets the attribute when the entity is saved for the first time, without Hibernate. */
    public static boolean isSetByInserts(AttributeMapping attribute) {
        return NOW.containsKey(attribute.getJavaType().getJavaTypeClass())
                && annotations(attribute)
                        .map(annotation -> annotation.annotationType().getName())
                        .anyMatch(name -> name.equals(CREATED_DATE) || name.equals(LAST_MODIFIED_DATE));
    }

    private static boolean isSetByUpdates(AttributeMapping attribute) {
        return annotations(attribute)
                .anyMatch(annotation -> annotation instanceof UpdateTimestamp
                        || (annotation instanceof CurrentTimestamp current
                                && Arrays.asList(current.event()).contains(EventType.UPDATE))
                        || annotation.annotationType().getName().equals(LAST_MODIFIED_DATE));
    }

    /** The annotations of the getter and of the field: Hibernate reads those of one of them, Spring Data of both. */
    private static Stream<Annotation> annotations(AttributeMapping attribute) {
        Member member = attribute.getPropertyAccess().getGetter().getMember();
        Stream<Annotation> ofMember =
                member instanceof AnnotatedElement element ? Arrays.stream(element.getAnnotations()) : Stream.of();
        if (member == null || member instanceof Field) {
            return ofMember;
        }
        return Stream.concat(
                ofMember,
                Arrays.stream(member.getDeclaringClass().getDeclaredFields())
                        .filter(field -> field.getName().equals(attribute.getAttributeName()))
                        .flatMap(field -> Arrays.stream(field.getAnnotations())));
    }

    /** Now, as a value with the type and the precision of the attribute. */
    public Object now(SharedSessionContractImplementor session) {
        SelectableMapping column = attribute.getSelectable(0);
        Clock clock = ClockHelper.forPrecision(column.getTemporalPrecision(), session);
        return Objects.requireNonNull(NOW.get(attribute.getJavaType().getJavaTypeClass()))
                .apply(clock);
    }

    public String name() {
        return attribute.getAttributeName();
    }

    /** The assignments of its columns, with a parameter each. */
    public List<String> assignments() {
        List<String> assignments = new ArrayList<>(1);
        attribute.forEachSelectable((index, column) ->
                assignments.add(column.getSelectionExpression() + " = " + column.getWriteExpression()));
        return assignments;
    }

    /**
     * The same, of the rows of which a condition is true. The others keep what they have.
     *
     * @param row what the statement calls the row
     */
    List<String> assignmentsWhere(String condition, String row) {
        List<String> assignments = new ArrayList<>(1);
        attribute.forEachSelectable(
                (index, column) -> assignments.add("%1$s = case when %2$s then %3$s else %4$s.%1$s end"
                        .formatted(column.getSelectionExpression(), condition, column.getWriteExpression(), row)));
        return assignments;
    }

    /** The table of its column, which has to be the table of the counter. */
    public String table(EntityPersister entity) {
        return ((AbstractEntityPersister) entity).physicalTableNameForMutation(attribute.getSelectable(0));
    }

    /** Now for each of these attributes. */
    public static Map<TouchedAttribute, Object> now(
            List<TouchedAttribute> touched, SharedSessionContractImplementor session) {
        Map<TouchedAttribute, Object> now = new LinkedHashMap<>();
        touched.forEach(each -> now.put(each, each.now(session)));
        return now;
    }

    /** Binds the values of touched attributes; returns the position after them. */
    public static int bind(
            Map<TouchedAttribute, Object> touched,
            PreparedStatement statement,
            int firstPosition,
            SharedSessionContractImplementor session)
            throws SQLException {
        int position = firstPosition;
        for (var each : touched.entrySet()) {
            position = Columns.bind(
                    Columns.columnValues(each.getKey().attribute(), each.getValue(), session),
                    statement,
                    position,
                    session);
        }
        return position;
    }
}
