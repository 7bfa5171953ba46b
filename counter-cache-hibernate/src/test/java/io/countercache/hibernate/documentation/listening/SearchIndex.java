package io.countercache.hibernate.documentation.listening;

interface SearchIndex {
    void refresh(long post);
}
