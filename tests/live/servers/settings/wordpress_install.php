<?php
// Installs the site, as the installer in the browser would, and prints an application password for its REST API.
define('WP_INSTALLING', true);
$_SERVER['HTTP_HOST'] = parse_url(getenv('SITE_URL'), PHP_URL_HOST);
$_SERVER['REQUEST_URI'] = '/';
require getcwd() . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
add_filter('pre_wp_mail', '__return_true');
$site = wp_install('The Vale Courier', 'editor', 'editor@courier.test', true, '', 'throw-away-passphrase');
wp_delete_post(1, true);  // the "Hello world!" that every new site has, and its comment
update_option('permalink_structure', '/%year%/%monthnum%/%postname%/');
update_option('timezone_string', 'Europe/London');
update_option('posts_per_rss', 20);
update_option('comment_previously_approved', 0);
update_option('comments_notify', 0);
$wp_rewrite->init();
$wp_rewrite->flush_rules(false);
switch_theme('twentytwentythree');
echo WP_Application_Passwords::create_new_application_password($site['user_id'], ['name' => 'live tests'])[0];
