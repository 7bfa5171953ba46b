package io.countercache.hibernate.spring;

import io.countercache.hibernate.CounterCaches;
import jakarta.persistence.EntityManagerFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.core.Ordered;
import org.springframework.orm.jpa.SharedEntityManagerCreator;

/**
 * Defines a bean {@code CounterCaches} for each {@code EntityManagerFactory}, as Spring Data defines entity managers: it is qualified
 * by the name of its factory, and as likely to be injected as that: primary, a fallback, or only where it is named. It is made when
 * somebody asks for it, and so starts no factory.
 */
final class CounterCachesBeans implements BeanFactoryPostProcessor, Ordered {

    private static final String NAME = "counterCaches_";

    /** As early as Spring Data: what tests put in the place of beans must find it. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE + 10;
    }

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        if (beans instanceof BeanDefinitionRegistry registry) {
            for (String factory : BeanFactoryUtils.beanNamesForTypeIncludingAncestors(
                    beans, EntityManagerFactory.class, true, false)) {
                // it is there when an application is started from what was generated ahead of time
                if (!registry.containsBeanDefinition(NAME + factory)) {
                    registry.registerBeanDefinition(NAME + factory, definition(factory, beans));
                }
            }
        }
    }

    private static BeanDefinition definition(String factory, ConfigurableListableBeanFactory beans) {
        AbstractBeanDefinition definition = BeanDefinitionBuilder.genericBeanDefinition(CounterCachesBeans.class)
                .setFactoryMethod("counterCaches")
                .addConstructorArgReference(factory)
                .setLazyInit(true)
                .getBeanDefinition();
        definition.addQualifier(new AutowireCandidateQualifier(Qualifier.class, factory));
        BeanDefinition made = find(factory, beans);
        if (made != null) {
            definition.setPrimary(made.isPrimary());
            definition.setFallback(made.isFallback());
            definition.setAutowireCandidate(made.isAutowireCandidate());
            definition.setDefaultCandidate(
                    !(made instanceof AbstractBeanDefinition described) || described.isDefaultCandidate());
        }
        return definition;
    }

    private static @Nullable BeanDefinition find(String factory, ConfigurableListableBeanFactory beans) {
        if (beans.containsBeanDefinition(factory)) {
            return beans.getMergedBeanDefinition(factory);
        }
        return beans.getParentBeanFactory() instanceof ConfigurableListableBeanFactory parent
                ? find(factory, parent)
                : null;
    }

    /** Called by Spring: what serves whatever transaction of a factory is under way. */
    static CounterCaches counterCaches(EntityManagerFactory factory) {
        return CounterCaches.of(SharedEntityManagerCreator.createSharedEntityManager(factory));
    }
}
