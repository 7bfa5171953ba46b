package io.countercache.hibernate.support;

import jakarta.persistence.Persistence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.hibernate.SessionFactory;

/** Makes session factories through Jakarta Persistence: sessions and exceptions are not quite those of Hibernate's own API. */
public final class JpaBootstrap {

    private JpaBootstrap() {}

    public static SessionFactory factory(List<Class<?>> entities, Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("hibernate.loaded_classes", entities);
        return Persistence.createEntityManagerFactory("tests", all).unwrap(SessionFactory.class);
    }
}
