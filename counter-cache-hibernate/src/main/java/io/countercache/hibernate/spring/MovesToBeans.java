package io.countercache.hibernate.spring;

import io.countercache.CounterListener;
import io.countercache.hibernate.internal.boot.Installation;
import io.countercache.hibernate.internal.observe.CounterListeners;
import java.util.function.Function;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.event.GenericApplicationListenerAdapter;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.ResolvableType;
import org.springframework.util.function.SingletonSupplier;

/**
 * Tells beans of the application what each transaction has moved: those that are a {@link CounterListener}, and those with a method
 * for {@link CountersMoved}. If there are none nothing is added to a session factory, so that it remembers no moves.
 */
final class MovesToBeans implements SmartInitializingSingleton {

    private final BuiltFactories factories;
    private final ApplicationContext application;

    MovesToBeans(BuiltFactories factories, ApplicationContext application) {
        this.factories = factories;
        this.application = application;
    }

    /** Now all methods that hear events are known. */
    @Override
    public void afterSingletonsInstantiated() {
        if (BeanFactoryUtils.beanNamesForTypeIncludingAncestors(application, CounterListener.class, true, false).length
                > 0) {
            CounterListener beans = beans();
            add(name -> beans);
        }
        if (isAwaited()) {
            add(name -> moves -> application.publishEvent(new CountersMoved(name, moves)));
        }
    }

    private void add(Function<String, CounterListener> listener) {
        factories.each((name, factory) -> add(listener.apply(name), factory));
    }

    private static void add(CounterListener listener, SessionFactoryImplementor factory) {
        Installation installed = Installation.in(factory);
        if (installed != null) {
            installed.listeners().add(listener);
        }
    }

    /** Those are made with the first move, not before: one that uses a repository needs the factory that it listens to. */
    private CounterListener beans() {
        SingletonSupplier<CounterListeners> beans = SingletonSupplier.of(() -> {
            CounterListeners listeners = new CounterListeners();
            application.getBeanProvider(CounterListener.class).orderedStream().forEach(listeners::add);
            return listeners;
        });
        return moves -> beans.obtain().tell(moves);
    }

    /** Whether anybody waits for the event: not counting those to whom all events are told. */
    private boolean isAwaited() {
        ResolvableType event = payload(CountersMoved.class);
        ResolvableType other = payload(MovesToBeans.class);
        return application instanceof AbstractApplicationContext context
                && context.getApplicationListeners().stream()
                        .map(MovesToBeans::generic)
                        .anyMatch(each -> each.supportsEventType(event) && !each.supportsEventType(other));
    }

    private static ResolvableType payload(Class<?> type) {
        return ResolvableType.forClassWithGenerics(PayloadApplicationEvent.class, type);
    }

    private static GenericApplicationListener generic(ApplicationListener<?> listener) {
        return listener instanceof GenericApplicationListener generic
                ? generic
                : new GenericApplicationListenerAdapter(listener);
    }
}
