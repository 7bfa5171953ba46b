insert into post (id, title) values (1001, 'Apples'), (1002, 'Pears'), (1003, 'Plums');
insert into comment (id, post_id, text, spam) values (1001, 1001, 'Best in October', false), (1002, 1001, 'Good for cider, too', false), (1003, 1003, 'Sour', false);
