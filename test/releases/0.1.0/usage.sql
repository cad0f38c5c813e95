
/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;
DROP TABLE IF EXISTS `api_key`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `api_key` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `key_id` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `secret_hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `role` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `registrations` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `tenants` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `resellers` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  `last_used_at` bigint(20) NOT NULL,
  `revoked_at` bigint(20) NOT NULL,
  `revoked_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_api_key_key_id` (`key_id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `api_key` VALUES
(1,'b88a3ab2e5773259','metering','6032fed23d07ad11ffaee57d1315b8e20d3c0a5cc8fbe054cbe27ab1b8f02c07','INGESTOR','[\"hub\"]','\"all\"','\"all\"',1772798400000,'the operator',1788220800000,1773187200000,0,NULL),
(2,'ef96752846845c15','lost laptop','8a88ef59f409e48eeb9cdd42d9adb8cd72467ab88f79ea8dae7933ff9dcaa283','INGESTOR','[\"hub\"]','\"all\"','\"all\"',1772798400000,'the operator',1788220800000,0,1772798400000,'the operator');
DROP TABLE IF EXISTS `audit_entry`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `audit_entry` (
  `sequence` int(11) NOT NULL,
  `at` bigint(20) NOT NULL,
  `action` varchar(60) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `outcome` varchar(12) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(60) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `subject` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `role` varchar(16) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `credential` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `request_id` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `registration_id` int(11) DEFAULT NULL,
  `tenant_id` int(11) DEFAULT NULL,
  `target` varchar(400) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `before_json` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `after_json` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `previous_hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`sequence`),
  KEY `ix_audit_entry_registration` (`registration_id`,`sequence`),
  KEY `ix_audit_entry_action` (`action`,`sequence`),
  KEY `ix_audit_entry_subject` (`subject`,`sequence`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `audit_entry` VALUES
(1,1772798400000,'createRegistration','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,NULL,'registration hub',NULL,'{\"name\":\"hub\",\"nameKey\":\"hub\",\"cloudId\":\"11111111-0000-4000-8000-000000000001\",\"baseSubscriptionGuid\":\"22222222-0000-4000-8000-000000000001\",\"baseOffer\":\"CSP\",\"resourceGroup\":\"azurestack\",\"billingModel\":\"PAY_AS_YOU_USE\",\"partnerId\":\"4711\",\"isMultitenancyApproved\":true,\"isUsageReportingEnabled\":true,\"usageIntake\":\"PUSHED\",\"agreementNumber\":null,\"msAssetTag\":null}','0000000000000000000000000000000000000000000000000000000000000000','c5e1869f2d1c079a8f1baa818b7c9a828ff87bf1417f675c640a2b64eeaea191'),
(2,1772798400000,'createRegistration','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,NULL,'registration rim',NULL,'{\"name\":\"rim\",\"nameKey\":\"rim\",\"cloudId\":\"11111111-0000-4000-8000-000000000002\",\"baseSubscriptionGuid\":\"22222222-0000-4000-8000-000000000002\",\"baseOffer\":\"CSP\",\"resourceGroup\":\"azurestack\",\"billingModel\":\"PAY_AS_YOU_USE\",\"partnerId\":\"4711\",\"isMultitenancyApproved\":true,\"isUsageReportingEnabled\":true,\"usageIntake\":\"PULLED\",\"agreementNumber\":null,\"msAssetTag\":null}','c5e1869f2d1c079a8f1baa818b7c9a828ff87bf1417f675c640a2b64eeaea191','600221a096f279245b605a9482372974dcc6d9441cf664ee1129d17ec9b011be'),
(3,1772798400000,'registerReseller','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',NULL,NULL,'reseller North',NULL,'{\"name\":\"North\",\"partnerId\":\"6020417\"}','600221a096f279245b605a9482372974dcc6d9441cf664ee1129d17ec9b011be','243597db2609e51c7aacf9942d4cfb410a6c523f3af1abcf2b8481fd1afbae0e'),
(4,1772798400000,'registerTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'tenant 33333333-0000-4000-8000-000000000001 of hub',NULL,'{\"name\":\"Alder\",\"reseller\":\"North\"}','243597db2609e51c7aacf9942d4cfb410a6c523f3af1abcf2b8481fd1afbae0e','4ad548e2e07ff0a7b604d76596ee0620d42292bc79ce4c597994b88a1e9974ba'),
(5,1772798400000,'registerTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,2,'tenant 33333333-0000-4000-8000-000000000002 of hub',NULL,'{\"name\":\"Birch & Söhne 🌳\",\"reseller\":null}','4ad548e2e07ff0a7b604d76596ee0620d42292bc79ce4c597994b88a1e9974ba','3ed70d47fa2189fab016a0318770fd1474f75050ea75c1227445de067592f731'),
(6,1772798400000,'registerTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,3,'tenant 33333333-0000-4000-8000-000000000003 of rim',NULL,'{\"name\":\"Elm\",\"reseller\":null}','3ed70d47fa2189fab016a0318770fd1474f75050ea75c1227445de067592f731','a6ec28c286e1a5a3c3013153bbdc98ae0456bfeb44b7729ea340b8c9bf7ab5df'),
(7,1772798400000,'addCspSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'CSP subscription 44444444-0000-4000-8000-000000000001 of tenant 33333333-0000-4000-8000-000000000001 of hub',NULL,'{\"name\":\"Alder production\",\"offer\":\"CSP\",\"partnerId\":\"4711\"}','a6ec28c286e1a5a3c3013153bbdc98ae0456bfeb44b7729ea340b8c9bf7ab5df','396ba5e8f56285c094c0b10dc2bf5ccc49e5ffdb254f5a5c9f15f91cd968786e'),
(8,1772798400000,'addCspSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'CSP subscription 44444444-0000-4000-8000-000000000002 of tenant 33333333-0000-4000-8000-000000000001 of hub',NULL,'{\"name\":\"Alder second\",\"offer\":\"CSP\",\"partnerId\":\"4711\"}','396ba5e8f56285c094c0b10dc2bf5ccc49e5ffdb254f5a5c9f15f91cd968786e','b697a8ccc1fdb47c787f12b5ab9d1897cee2e49d31d944ee2cd872118d05347a'),
(9,1772798400000,'addCspSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,3,'CSP subscription 44444444-0000-4000-8000-000000000003 of tenant 33333333-0000-4000-8000-000000000003 of rim',NULL,'{\"name\":\"Elm production\",\"offer\":\"CSP\",\"partnerId\":\"4711\"}','b697a8ccc1fdb47c787f12b5ab9d1897cee2e49d31d944ee2cd872118d05347a','2cd34f35dd84e46501e1cccc14d418a4679bdadf640986e8cf97775833014630'),
(10,1772798400000,'assignStackSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'stack subscription 55555555-0000-4000-8000-000000000001 of hub','{\"tenantId\":null,\"name\":null}','{\"tenantId\":\"33333333-0000-4000-8000-000000000001\",\"name\":null}','2cd34f35dd84e46501e1cccc14d418a4679bdadf640986e8cf97775833014630','a0cf913e1af8d0c48058029d1ccb096696df3953a843fe2c88c6f7670c80653a'),
(11,1772798400000,'assignStackSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'stack subscription 55555555-0000-4000-8000-000000000002 of hub','{\"tenantId\":null,\"name\":null}','{\"tenantId\":\"33333333-0000-4000-8000-000000000001\",\"name\":null}','a0cf913e1af8d0c48058029d1ccb096696df3953a843fe2c88c6f7670c80653a','ccfd510e051dd64b1da842ec394a4ae249847b601df8328360c739012d28b79d'),
(12,1772798400000,'assignStackSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,2,'stack subscription 55555555-0000-4000-8000-000000000003 of hub','{\"tenantId\":null,\"name\":null}','{\"tenantId\":\"33333333-0000-4000-8000-000000000002\",\"name\":null}','ccfd510e051dd64b1da842ec394a4ae249847b601df8328360c739012d28b79d','5f848798d69b7d264acf16b6d288351446b39b78d9e9422404f26f51a046134d'),
(13,1772798400000,'assignStackSubscription','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,3,'stack subscription 55555555-0000-4000-8000-000000000004 of rim','{\"tenantId\":null,\"name\":null}','{\"tenantId\":\"33333333-0000-4000-8000-000000000003\",\"name\":null}','5f848798d69b7d264acf16b6d288351446b39b78d9e9422404f26f51a046134d','b84b7ba812a8a071e100eca70215a361f2597dda99a51ecf91ce2871a45fe5ff'),
(14,1772798400000,'mapTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,3,'tenant 33333333-0000-4000-8000-000000000003 of rim','{\"from\":\"2026-03-08T02:00:00.000Z\",\"cspSubscriptionId\":null,\"laterSteps\":0}','{\"from\":\"2026-03-08T02:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000003\",\"laterSteps\":0}','b84b7ba812a8a071e100eca70215a361f2597dda99a51ecf91ce2871a45fe5ff','10ede60b827162ee54def8ffeaa8e1bf2f8e1f5a638f28b62a89797e2772a459'),
(15,1772798400000,'createApiKey','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',NULL,NULL,'API key b88a3ab2e5773259',NULL,'{\"name\":\"metering\",\"role\":\"INGESTOR\",\"registrations\":\"[\\\"hub\\\"]\",\"tenants\":\"\\\"all\\\"\",\"resellers\":\"\\\"all\\\"\",\"expiresAt\":1788220800000}','10ede60b827162ee54def8ffeaa8e1bf2f8e1f5a638f28b62a89797e2772a459','9c4ae94f5fdd3249233cd1771b454a38b14525ff7ced87b640f3d20ae7b6131a'),
(16,1772798400000,'createApiKey','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',NULL,NULL,'API key ef96752846845c15',NULL,'{\"name\":\"lost laptop\",\"role\":\"INGESTOR\",\"registrations\":\"[\\\"hub\\\"]\",\"tenants\":\"\\\"all\\\"\",\"resellers\":\"\\\"all\\\"\",\"expiresAt\":1788220800000}','9c4ae94f5fdd3249233cd1771b454a38b14525ff7ced87b640f3d20ae7b6131a','3596ccffc1ab4073ff4be504721f9a2f1771fbc379142a0d533f8272a652f6b3'),
(17,1772798400000,'revokeApiKey','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',NULL,NULL,'API key ef96752846845c15','{\"revokedAt\":0}','{\"revokedAt\":1772798400000}','3596ccffc1ab4073ff4be504721f9a2f1771fbc379142a0d533f8272a652f6b3','697fdfac03e88f53823ac284cd62f911d8c0213ca489cf8d1276e64b72db6206'),
(18,1772971200000,'mapTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'tenant 33333333-0000-4000-8000-000000000001 of hub','{\"from\":\"2026-03-12T00:00:00.000Z\",\"cspSubscriptionId\":null,\"laterSteps\":0}','{\"from\":\"2026-03-12T00:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000002\",\"laterSteps\":0}','697fdfac03e88f53823ac284cd62f911d8c0213ca489cf8d1276e64b72db6206','0ccff156727297f68ddbd50c52da2ba19684e54e055882570a2bd836215160a9'),
(19,1772971200000,'mapTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'tenant 33333333-0000-4000-8000-000000000001 of hub','{\"from\":\"2026-03-07T06:00:00.000Z\",\"cspSubscriptionId\":null,\"laterSteps\":1}','{\"from\":\"2026-03-07T06:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000001\",\"laterSteps\":0}','0ccff156727297f68ddbd50c52da2ba19684e54e055882570a2bd836215160a9','7011bd1df3066fae3df9e54f9e4effb833e2221720513f8f04686e42eb6c41cb'),
(20,1773061200000,'mapTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'tenant 33333333-0000-4000-8000-000000000001 of hub','{\"from\":\"2026-03-08T13:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000001\",\"laterSteps\":0}','{\"from\":\"2026-03-08T13:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000002\",\"laterSteps\":0}','7011bd1df3066fae3df9e54f9e4effb833e2221720513f8f04686e42eb6c41cb','888b2e274622ebbdc153c058501cffc11cfd90965ba18b5827ed398431d5bd6a'),
(21,1773061200000,'unmapTenant','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',1,1,'tenant 33333333-0000-4000-8000-000000000001 of hub','{\"from\":\"2026-03-10T00:00:00.000Z\",\"cspSubscriptionId\":\"44444444-0000-4000-8000-000000000002\",\"laterSteps\":0}','{\"from\":\"2026-03-10T00:00:00.000Z\",\"cspSubscriptionId\":null,\"laterSteps\":0}','888b2e274622ebbdc153c058501cffc11cfd90965ba18b5827ed398431d5bd6a','dd3384209ea06e7e06a011e7c6dd3ab3e8407e8549ec5f80b8a1d731125aa54f'),
(22,1773126000000,'replayQuarantined','DONE',NULL,'the operator','OPERATOR','LOCAL_TOKEN','a-request',2,NULL,'1 quarantined records of rim',NULL,'{\"batchId\":48,\"accepted\":1,\"duplicates\":0,\"conflicts\":0,\"rejected\":0}','dd3384209ea06e7e06a011e7c6dd3ab3e8407e8549ec5f80b8a1d731125aa54f','9e24f66bd51f43771b0534577878d340de2b3f72bbf3395013ab43ad1418e1aa'),
(23,1773126000000,'registerReseller','DENIED','FORBIDDEN','the auditor','AUDITOR','LOCAL_TOKEN','a-request',NULL,NULL,'name Nobody',NULL,NULL,'9e24f66bd51f43771b0534577878d340de2b3f72bbf3395013ab43ad1418e1aa','fca9c233650d33f37e923263c004e0dc93613d5d672401132b8c375b288a6bc8');
DROP TABLE IF EXISTS `audit_head`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `audit_head` (
  `id` int(11) NOT NULL,
  `sequence` int(11) NOT NULL,
  `hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `audit_head` VALUES
(1,23,'fca9c233650d33f37e923263c004e0dc93613d5d672401132b8c375b288a6bc8');
DROP TABLE IF EXISTS `closed_day`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `closed_day` (
  `registration_id` int(11) NOT NULL,
  `reported_day` int(11) NOT NULL,
  `routing_version` int(11) NOT NULL,
  `closed_at` bigint(20) NOT NULL,
  `closed_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`registration_id`,`reported_day`),
  CONSTRAINT `fk_closed_day_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `closed_day` VALUES
(1,20519,5,1772974800000,'gateway'),
(1,20520,5,1773061200000,'gateway'),
(1,20521,7,1773126000000,'gateway'),
(1,20522,7,1773212400000,'gateway'),
(2,20520,2,1773070200000,'gateway');
DROP TABLE IF EXISTS `collection_watermark`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `collection_watermark` (
  `registration_id` int(11) NOT NULL,
  `collected_before_hour` int(11) NOT NULL,
  `updated_at` bigint(20) NOT NULL,
  PRIMARY KEY (`registration_id`),
  CONSTRAINT `fk_collection_watermark_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `collection_watermark` VALUES
(2,492509,1773070200000);
DROP TABLE IF EXISTS `csp_subscription`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `csp_subscription` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `tenant_id` int(11) NOT NULL,
  `csp_subscription_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `offer` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `partner_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_csp_subscription_guid` (`registration_id`,`csp_subscription_guid`),
  KEY `fk_csp_subscription_tenant_id` (`tenant_id`),
  CONSTRAINT `fk_csp_subscription_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`),
  CONSTRAINT `fk_csp_subscription_tenant_id` FOREIGN KEY (`tenant_id`) REFERENCES `tenant` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `csp_subscription` VALUES
(1,1,1,'44444444-0000-4000-8000-000000000001','Alder production','CSP','4711',1772798400000,'the operator'),
(2,1,1,'44444444-0000-4000-8000-000000000002','Alder second','CSP','4711',1772798400000,'the operator'),
(3,2,3,'44444444-0000-4000-8000-000000000003','Elm production','CSP','4711',1772798400000,'the operator');
DROP TABLE IF EXISTS `daily_aggregate`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `daily_aggregate` (
  `stack_subscription_id` int(11) NOT NULL,
  `reported_day` smallint(5) unsigned NOT NULL,
  `usage_day` smallint(5) unsigned NOT NULL,
  `meter_id` int(11) NOT NULL,
  `resource_id` int(11) NOT NULL,
  `part` int(11) NOT NULL,
  `destination_id` int(11) NOT NULL,
  `quantity` decimal(62,24) NOT NULL,
  `records` int(11) NOT NULL,
  PRIMARY KEY (`stack_subscription_id`,`reported_day`,`usage_day`,`meter_id`,`resource_id`,`part`),
  KEY `fk_daily_aggregate_meter_id` (`meter_id`),
  KEY `fk_daily_aggregate_resource_id` (`resource_id`),
  KEY `fk_daily_aggregate_destination_id` (`destination_id`),
  CONSTRAINT `fk_daily_aggregate_destination_id` FOREIGN KEY (`destination_id`) REFERENCES `destination` (`id`),
  CONSTRAINT `fk_daily_aggregate_meter_id` FOREIGN KEY (`meter_id`) REFERENCES `meter` (`id`),
  CONSTRAINT `fk_daily_aggregate_resource_id` FOREIGN KEY (`resource_id`) REFERENCES `resource` (`id`),
  CONSTRAINT `fk_daily_aggregate_stack_subscription_id` FOREIGN KEY (`stack_subscription_id`) REFERENCES `stack_subscription` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `daily_aggregate` VALUES
(1,20519,20517,86,1,0,1,0.782821000000000000000007,1),
(1,20519,20519,4,1,1,7,0.830335000000000000000007,1),
(1,20519,20519,18,1,0,1,0.759064000000000000000007,1),
(1,20519,20519,18,1,1,7,1.660670000000000000000014,2),
(1,20519,20519,86,1,1,7,0.877849000000000000000007,1),
(1,20520,20519,4,1,1,7,0.925363000000000000000007,1),
(1,20520,20519,18,1,1,7,0.945754000000000000000014,2),
(1,20520,20520,4,1,0,7,0.020391000000000000000007,1),
(1,20520,20520,18,1,0,7,90071992547409931234568.819210789012345678901248,4),
(1,20520,20520,86,1,0,7,1.040782000000000000000014,2),
(1,20521,20520,4,1,1,8,0.115419000000000000000007,1),
(1,20521,20520,18,1,1,8,0.091662000000000000000007,1),
(1,20521,20521,4,1,0,8,0.210447000000000000000007,1),
(1,20521,20521,18,1,0,8,0.560070000000000000000021,3),
(1,20521,20521,86,1,0,8,0.420894000000000000000014,2),
(1,20522,20520,4,1,1,8,0.305475000000000000000007,1),
(1,20522,20521,18,1,0,8,0.281718000000000000000007,1),
(1,20522,20522,4,1,0,1,0.400503000000000000000007,1),
(1,20522,20522,18,1,0,1,1.130238000000000000000021,3),
(1,20522,20522,86,1,0,1,0.801006000000000000000014,2),
(2,20519,20518,18,4,0,1,1.869931000000000000000007,1),
(2,20519,20519,4,4,0,1,1.798660000000000000000007,1),
(2,20519,20519,4,4,1,7,1.893688000000000000000007,1),
(2,20519,20519,18,4,0,1,1.774903000000000000000007,1),
(2,20519,20519,18,4,1,7,1.822417000000000000000007,1),
(2,20519,20519,86,4,1,7,1.846174000000000000000007,1),
(2,20520,20519,18,4,1,7,1.917445000000000000000007,1),
(2,20520,20519,86,4,1,7,1.941202000000000000000007,1),
(2,20520,20520,4,4,0,7,3.072460000000000000000014,2),
(2,20520,20520,18,4,0,7,4.037419000000000000000021,3),
(2,20520,20520,86,4,0,7,1.036230000000000000000007,1),
(2,20521,20519,86,4,1,7,1.131258000000000000000007,1),
(2,20521,20520,18,4,1,8,1.107501000000000000000007,1),
(2,20521,20521,4,4,0,8,2.452572000000000000000014,2),
(2,20521,20521,18,4,0,8,3.607587000000000000000021,3),
(2,20521,20521,86,4,0,8,1.226286000000000000000007,1),
(2,20522,20521,18,4,0,8,2.690142000000000000000014,2),
(2,20522,20521,86,4,0,8,1.321314000000000000000007,1),
(2,20522,20522,4,4,0,1,2.832684000000000000000014,2),
(2,20522,20522,18,4,0,1,2.785170000000000000000014,2),
(2,20522,20522,86,4,0,1,1.416342000000000000000007,1),
(3,20519,20519,4,3,0,1,5.628998000000000000000014,2),
(3,20519,20519,18,3,0,1,8.514768000000000000000021,3),
(3,20519,20519,86,3,0,1,2.814499000000000000000007,1),
(3,20520,20518,4,3,0,1,2.957041000000000000000007,1),
(3,20520,20519,18,3,0,1,2.933284000000000000000007,1),
(3,20520,20519,86,3,0,1,2.909527000000000000000007,1),
(3,20520,20520,4,3,0,1,2.052069000000000000000007,1),
(3,20520,20520,18,3,0,1,7.084936000000000000000021,3),
(3,20520,20520,86,3,0,1,2.004555000000000000000007,1),
(3,20521,20520,18,3,0,1,4.341708000000000000000014,2),
(3,20521,20520,86,3,0,1,2.099583000000000000000007,1),
(3,20521,20521,4,3,0,1,4.389222000000000000000014,2),
(3,20521,20521,18,3,0,1,4.436736000000000000000014,2),
(3,20521,20521,86,3,0,1,2.194611000000000000000007,1),
(3,20522,20521,18,3,0,1,2.313396000000000000000007,1),
(3,20522,20521,86,3,0,1,2.289639000000000000000007,1),
(3,20522,20522,4,3,0,1,4.769334000000000000000014,2),
(3,20522,20522,18,3,0,1,7.225272000000000000000021,3),
(3,20522,20522,86,3,0,1,2.384667000000000000000007,1),
(4,20520,20519,18,6,0,3,0.100000000000000000000000,1),
(4,20520,20520,18,5,0,3,3.000000000000000000000000,2),
(4,20520,20520,18,5,1,5,33.000000000000000000000000,22),
(4,20520,20520,18,6,0,3,0.100000000000000000000000,1),
(4,20520,20520,18,6,1,5,1.000000000000000000000000,10),
(5,20519,20517,86,2,0,2,3.782824000000000000000007,1),
(5,20519,20519,4,2,0,2,3.830338000000000000000007,1),
(5,20519,20519,18,2,0,2,11.419743000000000000000021,3),
(5,20519,20519,86,2,0,2,3.877852000000000000000007,1),
(5,20520,20519,4,2,0,2,3.925366000000000000000007,1),
(5,20520,20519,18,2,0,2,6.945760000000000000000014,2),
(5,20520,20520,4,2,0,2,3.020394000000000000000007,1),
(5,20520,20520,18,2,0,2,7.945760000000000000000014,2),
(5,20520,20520,86,2,0,2,7.040788000000000000000014,2),
(5,20521,20520,4,2,0,2,3.115422000000000000000007,1),
(5,20521,20520,18,2,0,2,3.091665000000000000000007,1),
(5,20521,20521,4,2,0,2,3.210450000000000000000007,1),
(5,20521,20521,18,2,0,2,9.560079000000000000000021,3),
(5,20521,20521,86,2,0,2,6.420900000000000000000014,2),
(5,20522,20520,4,2,0,2,3.305478000000000000000007,1),
(5,20522,20521,18,2,0,2,3.281721000000000000000007,1),
(5,20522,20522,4,2,0,2,3.400506000000000000000007,1),
(5,20522,20522,18,2,0,2,10.130247000000000000000021,3),
(5,20522,20522,86,2,0,2,6.801012000000000000000014,2),
(6,20520,20519,18,7,0,4,0.100000000000000000000000,1),
(6,20520,20520,18,7,0,4,1.100000000000000000000000,11);
DROP TABLE IF EXISTS `day_seal`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `day_seal` (
  `registration_id` int(11) NOT NULL,
  `reported_day` int(11) NOT NULL,
  `previous_checksum` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `checksum` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `aggregates` int(11) NOT NULL,
  `records` int(11) NOT NULL,
  PRIMARY KEY (`registration_id`,`reported_day`),
  CONSTRAINT `fk_day_seal_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `day_seal` VALUES
(1,20519,'0000000000000000000000000000000000000000000000000000000000000000','034c4efb87e4ba4ed78f6ffbe7d7960b3f3374fae3cce1e876187a0223dc98a9',18,24),
(1,20520,'034c4efb87e4ba4ed78f6ffbe7d7960b3f3374fae3cce1e876187a0223dc98a9','0646e4e63277e6e326c2632f20d75aa60a5cd5fc520efba1367ab299ea5e3f54',21,34),
(1,20521,'0646e4e63277e6e326c2632f20d75aa60a5cd5fc520efba1367ab299ea5e3f54','c342ea32d8dfe6d76e7156d44fc998ba6db6b77b30a7516656035f4dc36bb8b1',20,32),
(1,20522,'c342ea32d8dfe6d76e7156d44fc998ba6db6b77b30a7516656035f4dc36bb8b1','68670a79f37ba527c689f1c45f03361fa6c6adaee43709aede1c85aff8fa2437',20,32),
(2,20520,'0000000000000000000000000000000000000000000000000000000000000000','39dda502bf4dc2663b12c25c0976dc13b005ed53ee8d3aab5c5d94f35f352e49',7,48);
DROP TABLE IF EXISTS `destination`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `destination` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `reason` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `tenant_mapping_id` int(11) DEFAULT NULL,
  `mapping_key` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_destination` (`registration_id`,`reason`,`mapping_key`),
  KEY `fk_destination_tenant_mapping_id` (`tenant_mapping_id`),
  CONSTRAINT `fk_destination_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`),
  CONSTRAINT `fk_destination_tenant_mapping_id` FOREIGN KEY (`tenant_mapping_id`) REFERENCES `tenant_mapping` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=9 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `destination` VALUES
(1,1,'TENANT_NOT_MAPPED',NULL,0),
(2,1,'TENANT_UNKNOWN',NULL,0),
(3,2,'TENANT_NOT_MAPPED',NULL,0),
(4,2,'TENANT_UNKNOWN',NULL,0),
(5,2,'MAPPED',1,1),
(6,1,'MAPPED',2,2),
(7,1,'MAPPED',3,3),
(8,1,'MAPPED',4,4);
DROP TABLE IF EXISTS `idempotent_answer`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `idempotent_answer` (
  `request_hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `input_hash` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `answer` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `expires_at` bigint(20) NOT NULL,
  PRIMARY KEY (`request_hash`),
  KEY `ix_idempotent_answer_expiry` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

DROP TABLE IF EXISTS `meter`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `meter` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `meter_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `wire_id` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `unit` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `category` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `resource_provider` varchar(100) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `description` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `is_deprecated` tinyint(4) NOT NULL,
  `quantity_rule` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `billed_by_microsoft` varchar(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `is_known` tinyint(4) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_meter_guid` (`meter_guid`)
) ENGINE=InnoDB AUTO_INCREMENT=87 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `meter` VALUES
(1,'f271a8a3-88c4-4d93-956a-063e1d2fa80b','F271A8A388C44D93956A063E1D2FA80B','Static IP Address Usage','IP addresses','Network','Microsoft.Network','Number of static public IP addresses in use; a daily row carries addresses x hours.',0,'hourly=count; daily=count*hours','no',1,0),
(2,'9e2739ba-8674-4796-b465-f64674b822ba','9E2739BA86744796B465F64674B822BA','Dynamic IP Address Usage','IP addresses','Network','Microsoft.Network','Number of dynamic public IP addresses in use; a daily row carries addresses x hours.',0,'hourly=count; daily=count*hours','no',1,0),
(3,'b4438d5d-453b-4ee1-b42a-dc72e377f1e4','B4438D5D-453B-4EE1-B42A-DC72E377F1E4','TableCapacity','GB*hours','Storage','Microsoft.Storage','Capacity taken by tables, gigabytes times hours.',0,'sum (GB held during the hour; day = sum of its hours)','yes',1,0),
(4,'b5c15376-6c94-4fdd-b655-1a69d138aca3','B5C15376-6C94-4FDD-B655-1A69D138ACA3','PageBlobCapacity','GB*hours','Storage','Microsoft.Storage','Capacity taken by page blobs, gigabytes times hours.',0,'sum (GB held during the hour; day = sum of its hours)','yes',1,0),
(5,'b03c6ae7-b080-4bfa-84a3-22c800f315c6','B03C6AE7-B080-4BFA-84A3-22C800F315C6','QueueCapacity','GB*hours','Storage','Microsoft.Storage','Capacity taken by queues, gigabytes times hours.',0,'sum (GB held during the hour; day = sum of its hours)','yes',1,0),
(6,'09f8879e-87e9-4305-a572-4b7be209f857','09F8879E-87E9-4305-A572-4B7BE209F857','BlockBlobCapacity','GB*hours','Storage','Microsoft.Storage','Capacity taken by block blobs, gigabytes times hours.',0,'sum (GB held during the hour; day = sum of its hours)','yes',1,0),
(7,'b9ff3cd0-28aa-4762-84bb-ff8fbaea6a90','B9FF3CD0-28AA-4762-84BB-FF8FBAEA6A90','TableTransactions','Request count in 10,000s','Storage','Microsoft.Storage','Requests to the table service; quantity 1 = 10,000 requests.',0,'sum','no',1,0),
(8,'43daf82b-4618-444a-b994-40c23f7cd438','43DAF82B-4618-444A-B994-40C23F7CD438','BlobTransactions','Request count in 10,000s','Storage','Microsoft.Storage','Requests to the blob service; quantity 1 = 10,000 requests.',0,'sum','no',1,0),
(9,'eb43dd12-1aa6-4c4b-872c-faf15a6785ea','EB43DD12-1AA6-4C4B-872C-FAF15A6785EA','QueueTransactions','Request count in 10,000s','Storage','Microsoft.Storage','Requests to the queue service; quantity 1 = 10,000 requests.',0,'sum','no',1,0),
(10,'50a1aeaf-8eca-48a0-8973-a5b3077fee0d','50A1AEAF-8ECA-48A0-8973-A5B3077FEE0D','TableDataTransIn','Ingress data in GB','Storage','Microsoft.Storage','Gigabytes moved into the table service.',0,'sum','no',1,0),
(11,'9764f92c-e44a-498e-8dc1-aad66587a810','9764F92C-E44A-498E-8DC1-AAD66587A810','BlobDataTransIn','Ingress data in GB','Storage','Microsoft.Storage','Gigabytes moved into the blob service.',0,'sum','no',1,0),
(12,'e518e809-e369-4a45-9274-2017b29fff25','E518E809-E369-4A45-9274-2017B29FFF25','QueueDataTransIn','Ingress data in GB','Storage','Microsoft.Storage','Gigabytes moved into the queue service.',0,'sum','no',1,0),
(13,'1b8c1dec-ee42-414b-aa36-6229cf199370','1B8C1DEC-EE42-414B-AA36-6229CF199370','TableDataTransOut','Egress in GB','Storage','Microsoft.Storage','Gigabytes moved out of the table service.',0,'sum','no',1,0),
(14,'3023fef4-eca5-4d7b-87b3-cfbc061931e8','3023FEF4-ECA5-4D7B-87B3-CFBC061931E8','BlobDataTransOut','Egress in GB','Storage','Microsoft.Storage','Gigabytes moved out of the blob service.',0,'sum','no',1,0),
(15,'dd0a10ba-a5d6-4cb6-88c0-7d585cef9fc2','DD0A10BA-A5D6-4CB6-88C0-7D585CEF9FC2','QueueDataTransOut','Egress in GB','Storage','Microsoft.Storage','Gigabytes moved out of the queue service.',0,'sum','no',1,0),
(16,'fab6eb84-500b-4a09-a8ca-7358f8bbaea5','fab6eb84-500b-4a09-a8ca-7358f8bbaea5','Base VM Size Hours','Virtual core hours','Compute','Microsoft.Compute','Virtual cores x hours for VMs without a metered Windows licence (e.g. Linux, or Windows with an owned licence).',0,'sum','yes',1,0),
(17,'9cd92d4c-bafd-4492-b278-bedc2de8232a','9cd92d4c-bafd-4492-b278-bedc2de8232a','Windows VM Size Hours','Virtual core hours','Compute','Microsoft.Compute','Virtual cores x hours for VMs with a metered Windows licence.',0,'sum','yes',1,0),
(18,'6dab500f-a4fd-49c4-956d-229bb9c8c793','6dab500f-a4fd-49c4-956d-229bb9c8c793','VM size hours','VM hours','Compute','Microsoft.Compute','VM hours for base and Windows VMs together, not scaled by cores; overlaps the two core-hour meters, so do not price both.',0,'sum','no',1,0),
(19,'380874f9-300c-48e0-95a0-d2d9a21ade8f','380874f9-300c-48e0-95a0-d2d9a21ade8f','S4','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S4 tier (32 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(20,'1b77d90f-427b-4435-b4f1-d78adec53222','1b77d90f-427b-4435-b4f1-d78adec53222','S6','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S6 tier (64 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(21,'d5f7731b-f639-404a-89d0-e46186e22c8d','d5f7731b-f639-404a-89d0-e46186e22c8d','S10','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S10 tier (128 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(22,'ff85ef31-da5b-4eac-95dd-a69d6f97b18a','ff85ef31-da5b-4eac-95dd-a69d6f97b18a','S15','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S15 tier (256 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(23,'88ea9228-457a-4091-adc9-ad5194f30b6e','88ea9228-457a-4091-adc9-ad5194f30b6e','S20','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S20 tier (512 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(24,'5b1db88a-8596-4002-8052-347947c26940','5b1db88a-8596-4002-8052-347947c26940','S30','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S30 tier (1024 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(25,'7660b45b-b29d-49cb-b816-59f30fbab011','7660b45b-b29d-49cb-b816-59f30fbab011','P4','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P4 tier (32 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(26,'817007fd-a077-477f-bc01-b876f27205fd','817007fd-a077-477f-bc01-b876f27205fd','P6','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P6 tier (64 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(27,'e554b6bc-96cd-4938-a5b5-0da990278519','e554b6bc-96cd-4938-a5b5-0da990278519','P10','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P10 tier (128 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(28,'cdc0f53a-62a9-4472-a06c-e99a23b02907','cdc0f53a-62a9-4472-a06c-e99a23b02907','P15','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P15 tier (256 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(29,'b9cb2d1a-84c2-4275-aa8b-70d2145d59aa','b9cb2d1a-84c2-4275-aa8b-70d2145d59aa','P20','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P20 tier (512 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(30,'06bde724-9f94-43c0-84c3-d0fc54538369','06bde724-9f94-43c0-84c3-d0fc54538369','P30','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P30 tier (1024 GB) per month.',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(31,'14496322-39cb-4d33-b67d-39b0c2de0c8e','14496322-39cb-4d33-b67d-39b0c2de0c8e','S40','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S40 tier (2048 GB) per month. (size inferred from the Azure tier name)',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(32,'8c003d25-afb4-4f21-b1fa-86a5b0f001c7','8c003d25-afb4-4f21-b1fa-86a5b0f001c7','S50','Count of Disks*month','Managed Disks','Microsoft.Compute','One standard managed disk of the S50 tier (4096 GB) per month. (size inferred from the Azure tier name)',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(33,'eecb2657-e7e6-47f9-9b00-7f58fa8839cb','eecb2657-e7e6-47f9-9b00-7f58fa8839cb','P40','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P40 tier (2048 GB) per month. (size inferred from the Azure tier name)',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(34,'43626c21-849b-40fe-8c01-e19666059c38','43626c21-849b-40fe-8c01-e19666059c38','P50','Count of Disks*month','Managed Disks','Microsoft.Compute','One premium managed disk of the P50 tier (4096 GB) per month. (size inferred from the Azure tier name)',0,'prorated: an hourly row is disks/(hours in that calendar month); sum over the month gives disk-months','yes',1,0),
(35,'7ba084ec-ef9c-4d64-a179-7732c6cb5e28','7ba084ec-ef9c-4d64-a179-7732c6cb5e28','ActualStandardDiskSize','GB*month','Managed Disks','Microsoft.Compute','Space a standard managed disk really occupies.',0,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','unknown',1,0),
(36,'daef389a-06e5-4684-a7f7-8813d9f792d5','daef389a-06e5-4684-a7f7-8813d9f792d5','ActualPremiumDiskSize','GB*month','Managed Disks','Microsoft.Compute','Space a premium managed disk really occupies.',0,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','unknown',1,0),
(37,'108fa95b-be0d-4cd9-96e8-5b0d59505df1','108fa95b-be0d-4cd9-96e8-5b0d59505df1','ActualStandardSnapshotSize','GB*month','Managed Disks','Microsoft.Compute','Space a standard snapshot really occupies.',0,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','unknown',1,0),
(38,'578ae51d-4ef9-42f9-85ae-42b52d3d83ac','578ae51d-4ef9-42f9-85ae-42b52d3d83ac','ActualPremiumSnapshotSize','GB*month','Managed Disks','Microsoft.Compute','Space a premium snapshot really occupies.',0,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','unknown',1,0),
(39,'75d4b707-1027-4403-9986-6ec7c05579c8','75d4b707-1027-4403-9986-6ec7c05579c8','ActualStandardSnapshotSize','GB*month','Managed Disks','Microsoft.Compute','Space a standard snapshot really occupies.',1,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','no',1,0),
(40,'5ca1cbb9-6f14-4e76-8be8-1ca91547965e','5ca1cbb9-6f14-4e76-8be8-1ca91547965e','ActualPremiumSnapshotSize','GB*month','Managed Disks','Microsoft.Compute','Space a premium snapshot really occupies.',1,'prorated: an hourly row is GB/(hours in that calendar month); sum over the month gives GB-months','no',1,0),
(41,'5d76e09f-4567-452a-94cc-7d1f097761f0','5d76e09f-4567-452a-94cc-7d1f097761f0','S4','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S4 tier (32 GB) per hour.',1,'sum of disk hours','no',1,0),
(42,'dc9fc6a9-0782-432a-b8dc-978130457494','dc9fc6a9-0782-432a-b8dc-978130457494','S6','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S6 tier (64 GB) per hour.',1,'sum of disk hours','no',1,0),
(43,'e5572fce-9f58-49d7-840c-b168c0f01fff','e5572fce-9f58-49d7-840c-b168c0f01fff','S10','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S10 tier (128 GB) per hour.',1,'sum of disk hours','no',1,0),
(44,'9a8caedd-1195-4cd5-80b4-a4c22f9302b8','9a8caedd-1195-4cd5-80b4-a4c22f9302b8','S15','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S15 tier (256 GB) per hour.',1,'sum of disk hours','no',1,0),
(45,'5938f8da-0ecd-4c48-8d5a-c7c6c23546be','5938f8da-0ecd-4c48-8d5a-c7c6c23546be','S20','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S20 tier (512 GB) per hour.',1,'sum of disk hours','no',1,0),
(46,'7705a158-bd8b-4b2b-b4c2-0782343b81e6','7705a158-bd8b-4b2b-b4c2-0782343b81e6','S30','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S30 tier (1024 GB) per hour.',1,'sum of disk hours','no',1,0),
(47,'5c105f5f-cbdf-435c-b49b-3c7174856dcc','5c105f5f-cbdf-435c-b49b-3c7174856dcc','P4','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P4 tier (32 GB) per hour.',1,'sum of disk hours','no',1,0),
(48,'518b412b-1927-4f25-985f-4aea24e55c4f','518b412b-1927-4f25-985f-4aea24e55c4f','P6','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P6 tier (64 GB) per hour.',1,'sum of disk hours','no',1,0),
(49,'5cfb1fed-0902-49e3-8217-9add946fd624','5cfb1fed-0902-49e3-8217-9add946fd624','P10','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P10 tier (128 GB) per hour.',1,'sum of disk hours','no',1,0),
(50,'8de91c94-f740-4d9a-b665-bd5974fa08d4','8de91c94-f740-4d9a-b665-bd5974fa08d4','P15','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P15 tier (256 GB) per hour.',1,'sum of disk hours','no',1,0),
(51,'c7e7839c-293b-4761-ae4c-848eda91130b','c7e7839c-293b-4761-ae4c-848eda91130b','P20','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P20 tier (512 GB) per hour.',1,'sum of disk hours','no',1,0),
(52,'9f502103-adf4-4488-b494-456c95d23a9f','9f502103-adf4-4488-b494-456c95d23a9f','P30','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P30 tier (1024 GB) per hour.',1,'sum of disk hours','no',1,0),
(53,'d9aac1eb-a5d1-42f2-b617-9e3ea94fed88','d9aac1eb-a5d1-42f2-b617-9e3ea94fed88','S40','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S40 tier (2048 GB) per hour. (size inferred from the Azure tier name)',1,'sum of disk hours','no',1,0),
(54,'a54899dd-458e-4a40-9abd-f57cafd936a7','a54899dd-458e-4a40-9abd-f57cafd936a7','S50','Count of Disks*hours','Managed Disks','Microsoft.Compute','One standard managed disk of the S50 tier (4096 GB) per hour. (size inferred from the Azure tier name)',1,'sum of disk hours','no',1,0),
(55,'043757fc-049f-4e8b-8379-45bb203c36b1','043757fc-049f-4e8b-8379-45bb203c36b1','P40','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P40 tier (2048 GB) per hour. (size inferred from the Azure tier name)',1,'sum of disk hours','no',1,0),
(56,'c0342c6f-810b-4942-85d3-6eaa561b6570','c0342c6f-810b-4942-85d3-6eaa561b6570','P50','Count of Disks*hours','Managed Disks','Microsoft.Compute','One premium managed disk of the P50 tier (4096 GB) per hour. (size inferred from the Azure tier name)',1,'sum of disk hours','no',1,0),
(57,'8a409390-1913-40ae-917b-08d0f16f3c38','8a409390-1913-40ae-917b-08d0f16f3c38','ActualStandardDiskSize','Byte*hours','Managed Disks','Microsoft.Compute','Space a standard managed disk really occupies.',1,'sum of byte hours','no',1,0),
(58,'1273b16f-8458-4c34-8ce2-a515de551ef6','1273b16f-8458-4c34-8ce2-a515de551ef6','ActualPremiumDiskSize','Byte*hours','Managed Disks','Microsoft.Compute','Space a premium managed disk really occupies.',1,'sum of byte hours','no',1,0),
(59,'89009682-df7f-44fe-aeb1-63fba3ddbf4c','89009682-df7f-44fe-aeb1-63fba3ddbf4c','ActualStandardSnapshotSize','Byte*hours','Managed Disks','Microsoft.Compute','Space a standard snapshot really occupies.',1,'sum of byte hours','no',1,0),
(60,'95b0c03f-8a82-4524-8961-ccfbf575f536','95b0c03f-8a82-4524-8961-ccfbf575f536','ActualPremiumSnapshotSize','Byte*hours','Managed Disks','Microsoft.Compute','Space a premium snapshot really occupies.',1,'sum of byte hours','no',1,0),
(61,'cbcfef9a-b91f-4597-a4d3-01fe334bed82','CBCFEF9A-B91F-4597-A4D3-01FE334BED82','DatabaseSizeHourSqlMeter','MB*hours','SQL RP','Microsoft.SQLAdapter','Database capacity set at creation; a daily row carries MB x hours.',0,'hourly=MB; daily=MB*hours','no',1,0),
(62,'e6d8cfcd-7734-495e-b1cc-5ab0b9c24bd3','E6D8CFCD-7734-495E-B1CC-5AB0B9C24BD3','DatabaseSizeHourMySqlMeter','MB*hours','MySQL RP','Microsoft.MySQLAdapter','Database capacity set at creation; a daily row carries MB x hours.',0,'hourly=MB; daily=MB*hours','no',1,0),
(63,'cb6a35c5-fade-406c-b14d-6ddb7c4ca3d5','CB6A35C5-FADE-406C-B14D-6DDB7C4CA3D5','1 Core','Core*hours','Event Hubs','Microsoft.EventHub','Cores per hour used by deployed Event Hubs clusters; always a multiple of 10 (one capacity unit is 10 cores).',0,'sum','yes',1,0),
(64,'ebf13b9f-b3ea-46fe-bf54-396e93d48ab4','EBF13B9F-B3EA-46FE-BF54-396E93D48AB4','Key Vault transactions','Request count in 10,000s','Key Vault','Microsoft.KeyVault','REST requests to the vault data plane; quantity 1 = 10,000 requests.',0,'sum','no',1,0),
(65,'2c354225-b2fe-42e5-ad89-14f0ea302c87','2C354225-B2FE-42E5-AD89-14F0EA302C87','Advanced keys transactions','10K transactions','Key Vault','Microsoft.KeyVault','Transactions on 3K/4K RSA and elliptic-curve keys (preview); quantity 1 = 10,000.',0,'sum','no',1,0),
(66,'190c935e-9ada-48ff-9ab8-56ea1cf9adaa','190C935E-9ADA-48FF-9AB8-56EA1CF9ADAA','App Service','Virtual core hours','App Service','Microsoft.Web','Virtual cores used to run App Service workers; the meter Microsoft charges on.',0,'sum','yes',1,0),
(67,'67cc4afc-0691-48e1-a4b8-d744d1fedbde','67CC4AFC-0691-48E1-A4B8-D744D1FEDBDE','Functions Requests','10 Requests','App Service','Microsoft.Web','Function executions; quantity 1 = 10 executions.',0,'sum','no',1,0),
(68,'d1d04836-075c-4f27-bf65-0a1130ec60ed','D1D04836-075C-4F27-BF65-0A1130EC60ED','Functions - Compute','GB-s','App Service','Microsoft.Web','Memory x run time of functions; memory rounded up to 128 MB (max 1,536 MB), time rounded up to 1 ms, at least 100 ms and 128 MB per run.',0,'sum of per-run rounded GB-s','no',1,0),
(69,'957e9f36-2c14-45a1-b6a1-1723ef71a01d','957E9F36-2C14-45A1-B6A1-1723EF71A01D','Shared App Service Hours','1 hour','App Service','Microsoft.Web','Hours on a Shared plan, counted per app.',0,'sum','no',1,0),
(70,'539cdec7-b4f5-49f6-aac4-1f15cff0eda9','539CDEC7-B4F5-49F6-AAC4-1F15CFF0EDA9','Free App Service Hours','1 hour','App Service','Microsoft.Web','Hours on a Free plan, counted per app.',0,'sum','no',1,0),
(71,'88039d51-a206-3a89-e9de-c5117e2d10a6','88039D51-A206-3A89-E9DE-C5117E2D10A6','Small Standard App Service Hours','1 hour','App Service','Microsoft.Web','Hours of small Standard workers (size x instances).',0,'sum','no',1,0),
(72,'83a2a13e-4788-78dd-5d55-2831b68ed825','83A2A13E-4788-78DD-5D55-2831B68ED825','Medium Standard App Service Hours','1 hour','App Service','Microsoft.Web','Hours of medium Standard workers (size x instances).',0,'sum','no',1,0),
(73,'1083b9db-e9bb-24be-a5e9-d6fdd0ddefe6','1083B9DB-E9BB-24BE-A5E9-D6FDD0DDEFE6','Large Standard App Service Hours','1 hour','App Service','Microsoft.Web','Hours of large Standard workers (size x instances).',0,'sum','no',1,0),
(74,'264acb47-ad38-47f8-add3-47f01dc4f473','264ACB47-AD38-47F8-ADD3-47F01DC4F473','SNI SSL','Per SNI SSL Binding','App Service','Microsoft.Web','Number of SNI TLS bindings.',0,'sum','no',1,0),
(75,'60b42d72-dc1c-472c-9895-6c516277edb4','60B42D72-DC1C-472C-9895-6C516277EDB4','IP SSL','Per IP Based SSL Binding','App Service','Microsoft.Web','Number of IP-address TLS bindings.',0,'sum','no',1,0),
(76,'73215a6c-fa54-4284-b9c1-7e8ec871cc5b','73215A6C-FA54-4284-B9C1-7E8EC871CC5B','Web Process','','App Service','Microsoft.Web','Active sites per hour (docs leave the unit empty).',0,'sum','no',1,0),
(77,'5887d39b-0253-4e12-83c7-03e1a93dffd9','5887D39B-0253-4E12-83C7-03E1A93DFFD9','External Egress Bandwidth','GB','App Service','Microsoft.Web','Bytes of site responses, outgoing requests, FTP responses and web-deploy responses.',0,'sum','no',1,0),
(78,'db658d61-ef2d-4888-9843-72f5c774fd3c','db658d61-ef2d-4888-9843-72f5c774fd3c','Small Basic App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Small Basic workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(79,'27b01104-e0df-4f30-a171-f1b00ecb76b3','27b01104-e0df-4f30-a171-f1b00ecb76b3','Medium Basic App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Medium Basic workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(80,'50db6a92-5dff-4c9b-8238-8ea5fb1be107','50db6a92-5dff-4c9b-8238-8ea5fb1be107','Large Basic App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Large Basic workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(81,'26bd6580-c3bd-4e7e-8092-58b28eb1bb94','26bd6580-c3bd-4e7e-8092-58b28eb1bb94','Small Premium App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Small Premium workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(82,'a1cba406-e83e-45c3-bd36-485191c215d9','a1cba406-e83e-45c3-bd36-485191c215d9','Medium Premium App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Medium Premium workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(83,'a2104a9d-5a78-4f8f-a2df-034bd43d602d','a2104a9d-5a78-4f8f-a2df-034bd43d602d','Large Premium App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Large Premium workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(84,'a91eed6c-dbbc-4532-859c-86de776433a4','a91eed6c-dbbc-4532-859c-86de776433a4','Extra Large Premium App Service Hours','1 hour','App Service','Microsoft.Web','Hours of Extra Large Premium workers (size x instances); listed only in the summary script.',0,'sum','no',1,0),
(85,'f114cb19-ea64-40b5-bcd7-aee474b62853','f114cb19-ea64-40b5-bcd7-aee474b62853','Public IP Address Usage','IP addresses','Network','Microsoft.Network','Single public-IP meter of the 2016 preview; replaced by the static and dynamic meters.',1,'sum','no',1,0),
(86,'aaaaaaaa-0000-4000-8000-00000000000f','aaaaaaaa-0000-4000-8000-00000000000f',NULL,NULL,NULL,NULL,NULL,0,NULL,'unknown',0,1772863200000);
DROP TABLE IF EXISTS `migrations`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `migrations` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `timestamp` bigint(20) NOT NULL,
  `name` varchar(255) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=17 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `migrations` VALUES
(1,1764000000000,'CreateIdentities1764000000000'),
(2,1764000001000,'CreateMeter1764000001000'),
(3,1764000002000,'SeedMeters1764000002000'),
(4,1764000003000,'CreateUsageRecord1764000003000'),
(5,1764000004000,'CreateTotals1764000004000'),
(6,1764001000000,'CreateAudit1764001000000'),
(7,1764001001000,'CreateApiKey1764001001000'),
(8,1764002000000,'CreateDailyAggregate1764002000000'),
(9,1764002002000,'AddUsageIntakeToRegistration1764002002000'),
(10,1764002010000,'CreateUsageReport1764002010000'),
(11,1764003000000,'CreateCollectionWatermark1764003000000'),
(12,1764004000000,'AddSettledIndexToUsageReport1764004000000'),
(13,1764005001000,'IndexAuditEntry1764005001000'),
(14,1764006000000,'UnbindUsageRecord1764006000000'),
(15,1764007000000,'NarrowHoursAndDays1764007000000'),
(16,1764008000000,'AddReplayToQuarantinedRecord1764008000000');
DROP TABLE IF EXISTS `quarantined_record`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `quarantined_record` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `identity` binary(16) NOT NULL,
  `verdict` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `message` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `source` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `record_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `stack_subscription_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `raw` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `first_seen_at` bigint(20) NOT NULL,
  `last_seen_at` bigint(20) NOT NULL,
  `times_seen` int(11) NOT NULL,
  `reported_hour` mediumint(8) unsigned DEFAULT NULL,
  `replayed_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_quarantined_record_identity` (`identity`),
  KEY `fk_quarantined_record_registration_id` (`registration_id`),
  CONSTRAINT `fk_quarantined_record_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `quarantined_record` VALUES
(1,1,0x15022FF49594954A58137FBD6A0451C3,'CONFLICT','RECORD_CONFLICT','Another record is stored under this id; it was left as it is.','Microsoft.Compute','large','55555555-0000-4000-8000-000000000001','{\"id\":\"large\",\"location\":\"frankfurt\",\"meterId\":\"6dab500f-a4fd-49c4-956d-229bb9c8c793\",\"quantity\":\"5\",\"resourceUri\":\"/subscriptions/55555555-0000-4000-8000-000000000001/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1\",\"source\":\"Microsoft.Compute\",\"stackSubscriptionId\":\"55555555-0000-4000-8000-000000000001\",\"tags\":{\"costCenter\":\"4711\"},\"usageEndTime\":\"2026-03-08T11:00:00.000Z\",\"usageStartTime\":\"2026-03-08T10:00:00.000Z\"}',1772971200000,1772971200000,1,NULL,NULL),
(2,1,0x24AEFA4F890FC672131A53DFC308422D,'REJECTED','MISSING_FIELD','usageEndTime is missing.','Microsoft.Compute','endless','55555555-0000-4000-8000-000000000001','{\"id\":\"endless\",\"location\":\"frankfurt\",\"meterId\":\"6dab500f-a4fd-49c4-956d-229bb9c8c793\",\"quantity\":\"1\",\"resourceUri\":\"/subscriptions/55555555-0000-4000-8000-000000000001/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1\",\"source\":\"Microsoft.Compute\",\"stackSubscriptionId\":\"55555555-0000-4000-8000-000000000001\",\"tags\":{\"costCenter\":\"4711\"},\"usageStartTime\":\"2026-03-08T10:00:00.000Z\"}',1772971200000,1772971200000,1,NULL,NULL),
(3,2,0x65E7C3F57CE2C3696D2E82572887BC7D,'REJECTED','WINDOW_CLOSED','The reported day is closed, and the record is not in it.','azure-stack',NULL,'55555555-0000-4000-8000-000000000004','{\"properties\":{\"instanceData\":\"{\\\"Microsoft.Resources\\\":{\\\"resourceUri\\\":\\\"/machines/saw\\\",\\\"location\\\":\\\"north\\\",\\\"tags\\\":\\\"null\\\",\\\"additionalInfo\\\":\\\"\\\"}}\",\"meterId\":\"6dab500f-a4fd-49c4-956d-229bb9c8c793\",\"quantity\":2,\"subscriptionId\":\"55555555-0000-4000-8000-000000000004\",\"usageEndTime\":\"2026-03-08T21:00:00.000Z\",\"usageStartTime\":\"2026-03-08T20:00:00.000Z\"}}',1773126000000,1773126000000,1,492500,NULL),
(4,2,0x0498ADAF220CAA41E8D129A7A1819F2C,'REJECTED','WINDOW_CLOSED','The reported day is closed, and the record is not in it.','azure-stack',NULL,'55555555-0000-4000-8000-000000000004','{\"properties\":{\"instanceData\":\"{\\\"Microsoft.Resources\\\":{\\\"resourceUri\\\":\\\"/machines/drill\\\",\\\"location\\\":\\\"north\\\",\\\"tags\\\":\\\"null\\\",\\\"additionalInfo\\\":\\\"\\\"}}\",\"meterId\":\"6dab500f-a4fd-49c4-956d-229bb9c8c793\",\"quantity\":3,\"subscriptionId\":\"55555555-0000-4000-8000-000000000004\",\"usageEndTime\":\"2026-03-08T21:00:00.000Z\",\"usageStartTime\":\"2026-03-08T20:00:00.000Z\"}}',1773126000000,1773126000000,1,492500,1773126000000);
DROP TABLE IF EXISTS `registration`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `registration` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(90) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `name_key` varchar(90) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `cloud_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `base_subscription_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `base_offer` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `resource_group` varchar(90) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `billing_model` varchar(24) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `partner_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `is_multitenancy_approved` tinyint(4) NOT NULL,
  `is_usage_reporting_enabled` tinyint(4) NOT NULL,
  `agreement_number` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `ms_asset_tag` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `closed_before_day` int(11) NOT NULL,
  `routing_version` int(11) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `usage_intake` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'PUSHED',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_registration_name` (`name_key`),
  UNIQUE KEY `uq_registration_cloud` (`cloud_id`)
) ENGINE=InnoDB AUTO_INCREMENT=3 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `registration` VALUES
(1,'hub','hub','11111111-0000-4000-8000-000000000001','22222222-0000-4000-8000-000000000001','CSP','azurestack','PAY_AS_YOU_USE','4711',1,1,NULL,NULL,20523,7,1772798400000,'the operator','PUSHED'),
(2,'rim','rim','11111111-0000-4000-8000-000000000002','22222222-0000-4000-8000-000000000002','CSP','azurestack','PAY_AS_YOU_USE','4711',1,1,NULL,NULL,20521,2,1772798400000,'the operator','PULLED');
DROP TABLE IF EXISTS `reseller`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `reseller` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `name_key` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `partner_id` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_reseller_name` (`name_key`)
) ENGINE=InnoDB AUTO_INCREMENT=2 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `reseller` VALUES
(1,'North','north','6020417',1772798400000,'the operator');
DROP TABLE IF EXISTS `resource`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `resource` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `stack_subscription_id` int(11) NOT NULL,
  `identity` binary(16) NOT NULL,
  `uri_key` binary(16) NOT NULL,
  `uri` varchar(2048) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `location` varchar(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `tags` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `additional_info` text CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_resource_identity` (`identity`),
  KEY `ix_resource_uri` (`uri_key`),
  KEY `fk_resource_stack_subscription_id` (`stack_subscription_id`),
  CONSTRAINT `fk_resource_stack_subscription_id` FOREIGN KEY (`stack_subscription_id`) REFERENCES `stack_subscription` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=10 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `resource` VALUES
(1,1,0x06A0F76A41770CFEFF2C644AAFA24191,0xAF295EFD84FF94CC6CB8110421ACDDBA,'/subscriptions/55555555-0000-4000-8000-000000000001/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1','frankfurt','{\"costCenter\":\"4711\"}',''),
(2,5,0x1210218996671AD8B807DAE05D68EF5C,0x69409A7EDD5C47753C0FD1AF04F8CD40,'/subscriptions/55555555-0000-4000-8000-000000000005/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1','frankfurt','{\"costCenter\":\"4711\"}',''),
(3,3,0x4A109306F97E1C1F94A91164CBC9EB57,0x8998DF3D1B4C18D2B318D4DE51F659E8,'/subscriptions/55555555-0000-4000-8000-000000000003/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1','frankfurt','{\"costCenter\":\"4711\"}',''),
(4,2,0xE7CDEAB5C37C8A091AEFF0C468D09396,0x17EC96645E8AA27B8D06CC8B24EDCABF,'/subscriptions/55555555-0000-4000-8000-000000000002/resourceGroups/Shop/providers/Microsoft.Compute/virtualMachines/VM1','frankfurt','{\"costCenter\":\"4711\"}',''),
(5,4,0x695FE064CA6565B2A37F080529AAF2D7,0x7457DF654A057F73DA00CB4F97EE6330,'/machines/lathe','north','null',''),
(6,4,0xB018FABE680B1C23B1687F147F0F4F09,0x83604D84607548BC9952F95B18D67D37,'/machines/press','north','null',''),
(7,6,0xA03D5CE87D531442711CAD9499A68F13,0x83604D84607548BC9952F95B18D67D37,'/machines/press','north','null',''),
(8,4,0xA82B1A7AD44C98D1FC03CED4F7638E72,0xA424C77898E1234563BE482E083793D1,'/machines/saw','north','null',''),
(9,4,0x8CB4EF9545311CE7511373744C949016,0xDB3045589FD1180C079349A1AAAA5901,'/machines/drill','north','null','');
DROP TABLE IF EXISTS `stack_subscription`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `stack_subscription` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `stack_subscription_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `tenant_id` int(11) DEFAULT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `first_seen_at` bigint(20) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_stack_subscription_guid` (`registration_id`,`stack_subscription_guid`),
  KEY `fk_stack_subscription_tenant_id` (`tenant_id`),
  CONSTRAINT `fk_stack_subscription_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`),
  CONSTRAINT `fk_stack_subscription_tenant_id` FOREIGN KEY (`tenant_id`) REFERENCES `tenant` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `stack_subscription` VALUES
(1,1,'55555555-0000-4000-8000-000000000001',1,NULL,1772798400000),
(2,1,'55555555-0000-4000-8000-000000000002',1,NULL,1772798400000),
(3,1,'55555555-0000-4000-8000-000000000003',2,NULL,1772798400000),
(4,2,'55555555-0000-4000-8000-000000000004',3,NULL,1772798400000),
(5,1,'55555555-0000-4000-8000-000000000005',NULL,NULL,1772863200000),
(6,2,'55555555-0000-4000-8000-000000000005',NULL,NULL,1773070200000);
DROP TABLE IF EXISTS `stack_subscription_assignment`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `stack_subscription_assignment` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `stack_subscription_id` int(11) NOT NULL,
  `tenant_id` int(11) NOT NULL,
  `created_version` int(11) NOT NULL,
  `superseded_version` int(11) NOT NULL,
  `assigned_at` bigint(20) NOT NULL,
  `assigned_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_assignment_in_force` (`stack_subscription_id`,`superseded_version`),
  KEY `fk_stack_subscription_assignment_tenant_id` (`tenant_id`),
  CONSTRAINT `fk_stack_subscription_assignment_stack_subscription_id` FOREIGN KEY (`stack_subscription_id`) REFERENCES `stack_subscription` (`id`),
  CONSTRAINT `fk_stack_subscription_assignment_tenant_id` FOREIGN KEY (`tenant_id`) REFERENCES `tenant` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `stack_subscription_assignment` VALUES
(1,1,1,1,0,1772798400000,'the operator'),
(2,2,1,2,0,1772798400000,'the operator'),
(3,3,2,3,0,1772798400000,'the operator'),
(4,4,3,1,0,1772798400000,'the operator');
DROP TABLE IF EXISTS `tenant`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `tenant` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `tenant_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `reseller_id` int(11) DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_tenant_guid` (`registration_id`,`tenant_guid`),
  KEY `fk_tenant_reseller_id` (`reseller_id`),
  CONSTRAINT `fk_tenant_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`),
  CONSTRAINT `fk_tenant_reseller_id` FOREIGN KEY (`reseller_id`) REFERENCES `reseller` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `tenant` VALUES
(1,1,'33333333-0000-4000-8000-000000000001','Alder',1,1772798400000,'the operator'),
(2,1,'33333333-0000-4000-8000-000000000002','Birch & Söhne 🌳',NULL,1772798400000,'the operator'),
(3,2,'33333333-0000-4000-8000-000000000003','Elm',NULL,1772798400000,'the operator');
DROP TABLE IF EXISTS `tenant_mapping`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `tenant_mapping` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `tenant_id` int(11) NOT NULL,
  `csp_subscription_id` int(11) DEFAULT NULL,
  `effective_from` int(11) NOT NULL,
  `created_version` int(11) NOT NULL,
  `superseded_version` int(11) NOT NULL,
  `created_at` bigint(20) NOT NULL,
  `created_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_mapping_in_force` (`tenant_id`,`effective_from`,`superseded_version`),
  KEY `fk_tenant_mapping_csp_subscription_id` (`csp_subscription_id`),
  CONSTRAINT `fk_tenant_mapping_csp_subscription_id` FOREIGN KEY (`csp_subscription_id`) REFERENCES `csp_subscription` (`id`),
  CONSTRAINT `fk_tenant_mapping_tenant_id` FOREIGN KEY (`tenant_id`) REFERENCES `tenant` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=6 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `tenant_mapping` VALUES
(1,3,3,492482,2,0,1772798400000,'the operator'),
(2,1,2,492576,4,5,1772971200000,'the operator'),
(3,1,1,492462,5,0,1772971200000,'the operator'),
(4,1,2,492493,6,0,1773061200000,'the operator'),
(5,1,NULL,492528,7,0,1773061200000,'the operator');
DROP TABLE IF EXISTS `usage_batch`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_batch` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `received_at` bigint(20) NOT NULL,
  `received_by` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `accepted` int(11) NOT NULL,
  `duplicates` int(11) NOT NULL,
  `conflicts` int(11) NOT NULL,
  `rejected` int(11) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `fk_usage_batch_registration_id` (`registration_id`),
  CONSTRAINT `fk_usage_batch_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=49 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_batch` VALUES
(1,1,1772863200000,'api-key:b88a3ab2e5773259',8,0,0,0),
(2,1,1772884800000,'api-key:b88a3ab2e5773259',8,0,0,0),
(3,1,1772906400000,'api-key:b88a3ab2e5773259',8,0,0,0),
(4,1,1772928000000,'api-key:b88a3ab2e5773259',8,0,0,0),
(5,1,1772949600000,'api-key:b88a3ab2e5773259',8,0,0,0),
(6,1,1772971200000,'api-key:b88a3ab2e5773259',8,0,0,0),
(7,1,1772971200000,'api-key:b88a3ab2e5773259',2,0,1,1),
(8,1,1772992800000,'api-key:b88a3ab2e5773259',8,0,0,0),
(9,1,1773014400000,'api-key:b88a3ab2e5773259',8,0,0,0),
(10,1,1773036000000,'api-key:b88a3ab2e5773259',8,0,0,0),
(11,1,1773057600000,'api-key:b88a3ab2e5773259',8,0,0,0),
(12,1,1773079200000,'api-key:b88a3ab2e5773259',8,0,0,0),
(13,1,1773100800000,'api-key:b88a3ab2e5773259',8,0,0,0),
(14,1,1773122400000,'api-key:b88a3ab2e5773259',8,0,0,0),
(15,1,1773144000000,'api-key:b88a3ab2e5773259',8,0,0,0),
(16,1,1773165600000,'api-key:b88a3ab2e5773259',8,0,0,0),
(17,1,1773187200000,'api-key:b88a3ab2e5773259',8,0,0,0),
(18,2,1773070200000,'collector',2,0,0,0),
(19,2,1773070200000,'collector',2,0,0,0),
(20,2,1773070200000,'collector',2,0,0,0),
(21,2,1773070200000,'collector',2,0,0,0),
(22,2,1773070200000,'collector',2,0,0,0),
(23,2,1773070200000,'collector',2,0,0,0),
(24,2,1773070200000,'collector',2,0,0,0),
(25,2,1773070200000,'collector',2,0,0,0),
(26,2,1773070200000,'collector',2,0,0,0),
(27,2,1773070200000,'collector',2,0,0,0),
(28,2,1773070200000,'collector',2,0,0,0),
(29,2,1773070200000,'collector',2,0,0,0),
(30,2,1773070200000,'collector',2,0,0,0),
(31,2,1773070200000,'collector',2,0,0,0),
(32,2,1773070200000,'collector',2,0,0,0),
(33,2,1773070200000,'collector',2,0,0,0),
(34,2,1773070200000,'collector',2,0,0,0),
(35,2,1773070200000,'collector',2,0,0,0),
(36,2,1773070200000,'collector',2,0,0,0),
(37,2,1773070200000,'collector',2,0,0,0),
(38,2,1773070200000,'collector',2,0,0,0),
(39,2,1773070200000,'collector',2,0,0,0),
(40,2,1773070200000,'collector',2,0,0,0),
(41,2,1773070200000,'collector',2,0,0,0),
(42,2,1773070200000,'collector',2,0,0,0),
(43,2,1773070200000,'collector',2,0,0,0),
(44,2,1773070200000,'collector',2,0,0,0),
(45,2,1773070200000,'collector',2,0,0,0),
(46,2,1773070200000,'collector',2,0,0,0),
(47,2,1773126000000,'command line',0,0,0,2),
(48,2,1773126000000,'the operator',1,0,0,0);
DROP TABLE IF EXISTS `usage_day_total`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_day_total` (
  `stack_subscription_id` int(11) NOT NULL,
  `usage_day` smallint(5) unsigned NOT NULL,
  `reported_day` smallint(5) unsigned NOT NULL,
  `meter_id` int(11) NOT NULL,
  `destination_id` int(11) NOT NULL,
  `quantity` decimal(62,24) NOT NULL,
  `records` int(11) NOT NULL,
  PRIMARY KEY (`stack_subscription_id`,`usage_day`,`reported_day`,`meter_id`,`destination_id`),
  KEY `ix_usage_day_total_reported` (`reported_day`,`stack_subscription_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_day_total` VALUES
(1,20517,20519,86,1,0.782821000000000000000007,1),
(1,20519,20519,4,7,0.830335000000000000000007,1),
(1,20519,20519,18,1,0.759064000000000000000007,1),
(1,20519,20519,18,7,1.660670000000000000000014,2),
(1,20519,20519,86,7,0.877849000000000000000007,1),
(1,20519,20520,4,7,0.925363000000000000000007,1),
(1,20519,20520,18,7,0.945754000000000000000014,2),
(1,20520,20520,4,7,0.020391000000000000000007,1),
(1,20520,20520,18,7,90071992547409931234568.819210789012345678901248,4),
(1,20520,20520,86,7,1.040782000000000000000014,2),
(1,20520,20521,4,8,0.115419000000000000000007,1),
(1,20520,20521,18,8,0.091662000000000000000007,1),
(1,20520,20522,4,8,0.305475000000000000000007,1),
(1,20521,20521,4,8,0.210447000000000000000007,1),
(1,20521,20521,18,8,0.560070000000000000000021,3),
(1,20521,20521,86,8,0.420894000000000000000014,2),
(1,20521,20522,18,8,0.281718000000000000000007,1),
(1,20522,20522,4,1,0.400503000000000000000007,1),
(1,20522,20522,18,1,1.130238000000000000000021,3),
(1,20522,20522,86,1,0.801006000000000000000014,2),
(1,20522,20523,4,1,0.495531000000000000000007,1),
(1,20522,20523,18,1,0.471774000000000000000007,1),
(2,20518,20519,18,1,1.869931000000000000000007,1),
(2,20519,20519,4,1,1.798660000000000000000007,1),
(2,20519,20519,4,7,1.893688000000000000000007,1),
(2,20519,20519,18,1,1.774903000000000000000007,1),
(2,20519,20519,18,7,1.822417000000000000000007,1),
(2,20519,20519,86,7,1.846174000000000000000007,1),
(2,20519,20520,18,7,1.917445000000000000000007,1),
(2,20519,20520,86,7,1.941202000000000000000007,1),
(2,20519,20521,86,7,1.131258000000000000000007,1),
(2,20520,20520,4,7,3.072460000000000000000014,2),
(2,20520,20520,18,7,4.037419000000000000000021,3),
(2,20520,20520,86,7,1.036230000000000000000007,1),
(2,20520,20521,18,8,1.107501000000000000000007,1),
(2,20521,20521,4,8,2.452572000000000000000014,2),
(2,20521,20521,18,8,3.607587000000000000000021,3),
(2,20521,20521,86,8,1.226286000000000000000007,1),
(2,20521,20522,18,8,2.690142000000000000000014,2),
(2,20521,20522,86,8,1.321314000000000000000007,1),
(2,20522,20522,4,1,2.832684000000000000000014,2),
(2,20522,20522,18,1,2.785170000000000000000014,2),
(2,20522,20522,86,1,1.416342000000000000000007,1),
(2,20522,20523,18,1,1.487613000000000000000007,1),
(2,20522,20523,86,1,1.511370000000000000000007,1),
(3,20518,20520,4,1,2.957041000000000000000007,1),
(3,20519,20519,4,1,5.628998000000000000000014,2),
(3,20519,20519,18,1,8.514768000000000000000021,3),
(3,20519,20519,86,1,2.814499000000000000000007,1),
(3,20519,20520,18,1,2.933284000000000000000007,1),
(3,20519,20520,86,1,2.909527000000000000000007,1),
(3,20520,20520,4,1,2.052069000000000000000007,1),
(3,20520,20520,18,1,7.084936000000000000000021,3),
(3,20520,20520,86,1,2.004555000000000000000007,1),
(3,20520,20521,18,1,4.341708000000000000000014,2),
(3,20520,20521,86,1,2.099583000000000000000007,1),
(3,20521,20521,4,1,4.389222000000000000000014,2),
(3,20521,20521,18,1,4.436736000000000000000014,2),
(3,20521,20521,86,1,2.194611000000000000000007,1),
(3,20521,20522,18,1,2.313396000000000000000007,1),
(3,20521,20522,86,1,2.289639000000000000000007,1),
(3,20521,20523,86,1,2.479695000000000000000007,1),
(3,20522,20522,4,1,4.769334000000000000000014,2),
(3,20522,20522,18,1,7.225272000000000000000021,3),
(3,20522,20522,86,1,2.384667000000000000000007,1),
(3,20522,20523,18,1,2.503452000000000000000007,1),
(4,20519,20520,18,3,0.100000000000000000000000,1),
(4,20520,20520,18,3,3.100000000000000000000000,3),
(4,20520,20520,18,5,34.000000000000000000000000,32),
(4,20520,20521,18,5,0.100000000000000000000000,1),
(4,20520,20522,18,5,3.000000000000000000000000,1),
(4,20521,20521,18,5,7.700000000000000000000000,7),
(5,20517,20519,86,2,3.782824000000000000000007,1),
(5,20519,20519,4,2,3.830338000000000000000007,1),
(5,20519,20519,18,2,11.419743000000000000000021,3),
(5,20519,20519,86,2,3.877852000000000000000007,1),
(5,20519,20520,4,2,3.925366000000000000000007,1),
(5,20519,20520,18,2,6.945760000000000000000014,2),
(5,20520,20520,4,2,3.020394000000000000000007,1),
(5,20520,20520,18,2,7.945760000000000000000014,2),
(5,20520,20520,86,2,7.040788000000000000000014,2),
(5,20520,20521,4,2,3.115422000000000000000007,1),
(5,20520,20521,18,2,3.091665000000000000000007,1),
(5,20520,20522,4,2,3.305478000000000000000007,1),
(5,20521,20521,4,2,3.210450000000000000000007,1),
(5,20521,20521,18,2,9.560079000000000000000021,3),
(5,20521,20521,86,2,6.420900000000000000000014,2),
(5,20521,20522,18,2,3.281721000000000000000007,1),
(5,20522,20522,4,2,3.400506000000000000000007,1),
(5,20522,20522,18,2,10.130247000000000000000021,3),
(5,20522,20522,86,2,6.801012000000000000000014,2),
(5,20522,20523,4,2,3.495534000000000000000007,1),
(5,20522,20523,18,2,3.471777000000000000000007,1),
(6,20519,20520,18,4,0.100000000000000000000000,1),
(6,20520,20520,18,4,1.100000000000000000000000,11),
(6,20520,20521,18,4,0.100000000000000000000000,1),
(6,20521,20521,18,4,0.100000000000000000000000,1);
DROP TABLE IF EXISTS `usage_month_total`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_month_total` (
  `stack_subscription_id` int(11) NOT NULL,
  `usage_month` int(11) NOT NULL,
  `meter_id` int(11) NOT NULL,
  `destination_id` int(11) NOT NULL,
  `quantity` decimal(62,24) NOT NULL,
  `records` int(11) NOT NULL,
  PRIMARY KEY (`stack_subscription_id`,`usage_month`,`meter_id`,`destination_id`),
  KEY `fk_usage_month_total_meter_id` (`meter_id`),
  KEY `fk_usage_month_total_destination_id` (`destination_id`),
  CONSTRAINT `fk_usage_month_total_destination_id` FOREIGN KEY (`destination_id`) REFERENCES `destination` (`id`),
  CONSTRAINT `fk_usage_month_total_meter_id` FOREIGN KEY (`meter_id`) REFERENCES `meter` (`id`),
  CONSTRAINT `fk_usage_month_total_stack_subscription_id` FOREIGN KEY (`stack_subscription_id`) REFERENCES `stack_subscription` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_month_total` VALUES
(1,674,4,1,0.400503000000000000000007,1),
(1,674,4,7,1.776089000000000000000021,3),
(1,674,4,8,0.631341000000000000000021,3),
(1,674,18,1,1.889302000000000000000028,4),
(1,674,18,7,90071992547409931234571.425634789012345678901276,8),
(1,674,18,8,0.933450000000000000000035,5),
(1,674,86,1,1.583827000000000000000021,3),
(1,674,86,7,1.918631000000000000000021,3),
(1,674,86,8,0.420894000000000000000014,2),
(2,674,4,1,4.631344000000000000000021,3),
(2,674,4,7,4.966148000000000000000021,3),
(2,674,4,8,2.452572000000000000000014,2),
(2,674,18,1,6.430004000000000000000028,4),
(2,674,18,7,7.777281000000000000000035,5),
(2,674,18,8,7.405230000000000000000042,6),
(2,674,86,1,1.416342000000000000000007,1),
(2,674,86,7,5.954864000000000000000028,4),
(2,674,86,8,2.547600000000000000000014,2),
(3,674,4,1,19.796664000000000000000056,8),
(3,674,18,1,36.850100000000000000000105,15),
(3,674,86,1,16.697081000000000000000049,7),
(4,674,18,3,3.200000000000000000000000,4),
(4,674,18,5,34.000000000000000000000000,32),
(5,674,4,2,23.807954000000000000000049,7),
(5,674,18,2,52.374975000000000000000105,15),
(5,674,86,2,27.923376000000000000000056,8),
(6,674,18,4,1.200000000000000000000000,12);
DROP TABLE IF EXISTS `usage_record`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_record` (
  `stack_subscription_id` int(11) NOT NULL,
  `reported_hour` mediumint(8) unsigned NOT NULL,
  `usage_hour` mediumint(8) unsigned NOT NULL,
  `meter_id` int(11) NOT NULL,
  `resource_id` int(11) NOT NULL,
  `identity` binary(16) NOT NULL,
  `usage_day` smallint(5) unsigned NOT NULL,
  `source_id` int(11) NOT NULL,
  `batch_id` int(11) NOT NULL,
  `record_id` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `corrects` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `quantity` decimal(48,24) NOT NULL,
  PRIMARY KEY (`stack_subscription_id`,`reported_hour`,`usage_hour`,`meter_id`,`resource_id`,`identity`),
  UNIQUE KEY `uq_usage_record_identity` (`usage_day`,`identity`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_record` VALUES
(1,492462,492429,86,1,0x95EDBC5335C7229469EACC91BF3D1968,20517,1,1,'r-0-492459',NULL,0.782821000000000000000007),
(1,492462,492456,18,1,0xC309370F1AEBB4ABF05780A8A6F9F8BB,20519,1,1,'r-0-492456',NULL,0.759064000000000000000007),
(1,492468,492462,18,1,0x378E36DC4CE2C1BDCF80CE87C38D18F2,20519,1,2,'r-0-492462',NULL,0.806578000000000000000007),
(1,492468,492465,4,1,0x1E7C93C408D0680020E73DB78AFB92D6,20519,1,2,'r-0-492465',NULL,0.830335000000000000000007),
(1,492474,492468,18,1,0x7C043641A326565EFF88AEEA5032D1E2,20519,1,3,'r-0-492468',NULL,0.854092000000000000000007),
(1,492474,492471,86,1,0x2734482EEA6925FBB09365BF52DB0D28,20519,1,3,'r-0-492471',NULL,0.877849000000000000000007),
(1,492480,492474,18,1,0x01AB174AEC03ED1F79D90AF9980124E0,20519,1,4,'r-0-492474',NULL,0.901606000000000000000007),
(1,492480,492477,4,1,0x9857982348B60C1726124E0CF1AD1116,20519,1,4,'r-0-492477',NULL,0.925363000000000000000007),
(1,492486,492480,18,1,0x312B0B9D178AD78D7E9F9AC9EB5B43E1,20520,1,5,'r-0-492480',NULL,0.949120000000000000000007),
(1,492486,492483,86,1,0x57B093763AB9423B3F0F5990B34BD781,20520,1,5,'r-0-492483',NULL,0.972877000000000000000007),
(1,492492,492486,18,1,0xF8EC857D1213CC58E69BE291A7BF3157,20520,1,6,'r-0-492486',NULL,0.996634000000000000000007),
(1,492492,492489,4,1,0xBFDD429CFF9F948BAD8EC9CDA267E6E9,20520,1,6,'r-0-492489',NULL,0.020391000000000000000007),
(1,492492,492490,18,1,0x265D11B3C19D4EEE4A764FD059ECB5BC,20520,1,7,'large-correction','large',-0.250000000000000000000000),
(1,492492,492490,18,1,0xE93CEDE56FCE42BF633AB98C08AE404A,20520,1,7,'large',NULL,90071992547409931234567.123456789012345678901234),
(1,492498,492462,18,1,0x817EF05DC5FDA327A3C80C891967D973,20519,1,8,'r-0-492492',NULL,0.044148000000000000000007),
(1,492498,492495,86,1,0x50CC09AFB68968E22E52F6B27836E794,20520,1,8,'r-0-492495',NULL,0.067905000000000000000007),
(1,492504,492498,18,1,0x7781DCC5D7D1E844A78AE89A6F099240,20520,1,9,'r-0-492498',NULL,0.091662000000000000000007),
(1,492504,492501,4,1,0x39C7A38A298B431F2704D4BC0AEE061D,20520,1,9,'r-0-492501',NULL,0.115419000000000000000007),
(1,492510,492504,18,1,0x15173D55E03D4B441C7332428CBAF245,20521,1,10,'r-0-492504',NULL,0.139176000000000000000007),
(1,492510,492507,86,1,0x5E3147375BBBAD7EFDF424C12920ACEF,20521,1,10,'r-0-492507',NULL,0.162933000000000000000007),
(1,492516,492510,18,1,0xFCD5B6718B9EC629915C7D48D5C88293,20521,1,11,'r-0-492510',NULL,0.186690000000000000000007),
(1,492516,492513,4,1,0xD0892431B32845154792D9218EBD2369,20521,1,11,'r-0-492513',NULL,0.210447000000000000000007),
(1,492522,492516,18,1,0x924A8592BC0BADB7A8108832246AE581,20521,1,12,'r-0-492516',NULL,0.234204000000000000000007),
(1,492522,492519,86,1,0x426315AC88D635AFEFB4B678686EBD7E,20521,1,12,'r-0-492519',NULL,0.257961000000000000000007),
(1,492528,492495,4,1,0x1A982EE6A138C486A10AE61DB95F60EE,20520,1,13,'r-0-492525',NULL,0.305475000000000000000007),
(1,492528,492522,18,1,0x9E50C118EDF2F91C7020AD191CA0347A,20521,1,13,'r-0-492522',NULL,0.281718000000000000000007),
(1,492534,492528,18,1,0x92FBBE0BFDC43AF7F1465CA0DC19FC82,20522,1,14,'r-0-492528',NULL,0.329232000000000000000007),
(1,492534,492531,86,1,0x08335517E227E0EBDD64AC43273F9F0D,20522,1,14,'r-0-492531',NULL,0.352989000000000000000007),
(1,492540,492534,18,1,0x1C18D05166A1DCE9E2AB0EAE76869BA8,20522,1,15,'r-0-492534',NULL,0.376746000000000000000007),
(1,492540,492537,4,1,0xAE597BDB7615F4CB9243AC905385D4C4,20522,1,15,'r-0-492537',NULL,0.400503000000000000000007),
(1,492546,492540,18,1,0x0E1B2A67A2BBABB76E125D104AF417FC,20522,1,16,'r-0-492540',NULL,0.424260000000000000000007),
(1,492546,492543,86,1,0x2972AE23348DC5910BB0DADD462ABC58,20522,1,16,'r-0-492543',NULL,0.448017000000000000000007),
(1,492552,492546,18,1,0xB1F7DF2AC6F1EB6B02C1A31BBF05A757,20522,1,17,'r-0-492546',NULL,0.471774000000000000000007),
(1,492552,492549,4,1,0xC672105FA8A2916E9B68509A153674C0,20522,1,17,'r-0-492549',NULL,0.495531000000000000000007),
(2,492462,492458,18,4,0x06EBDCAAE684C8D238779BF69C1B4117,20519,1,1,'r-1-492458',NULL,1.774903000000000000000007),
(2,492462,492461,4,4,0xF3C8583D0816B6F6F82C001AC9FE7E12,20519,1,1,'r-1-492461',NULL,1.798660000000000000000007),
(2,492468,492464,18,4,0xB548365A0C4AE881C220B7E0EEA438ED,20519,1,2,'r-1-492464',NULL,1.822417000000000000000007),
(2,492468,492467,86,4,0xFAF98A4C4D0B12F3C511BBC47EE4329C,20519,1,2,'r-1-492467',NULL,1.846174000000000000000007),
(2,492474,492440,18,4,0x5AB9AB8D14DDDEB7360DD081D5B708F9,20518,1,3,'r-1-492470',NULL,1.869931000000000000000007),
(2,492474,492473,4,4,0xB2B41AC0B421213AB579367ECD710991,20519,1,3,'r-1-492473',NULL,1.893688000000000000000007),
(2,492480,492476,18,4,0x12AC721DC56FE4074A11F6DBF6F8BB18,20519,1,4,'r-1-492476',NULL,1.917445000000000000000007),
(2,492480,492479,86,4,0x4CDA15020373ACE7584CB0E70C2095E2,20519,1,4,'r-1-492479',NULL,1.941202000000000000000007),
(2,492486,492482,18,4,0x2F01CA0AD25CB1C74BA24331414C4B8E,20520,1,5,'r-1-492482',NULL,1.964959000000000000000007),
(2,492486,492485,4,4,0xA0C604B0FB3873B7506C35B630480367,20520,1,5,'r-1-492485',NULL,1.988716000000000000000007),
(2,492492,492488,18,4,0xC4CB6FE78D535203366E2A68BB077497,20520,1,6,'r-1-492488',NULL,1.012473000000000000000007),
(2,492492,492491,86,4,0xF72844BA98A17C7226AB8EC7660E67F8,20520,1,6,'r-1-492491',NULL,1.036230000000000000000007),
(2,492498,492494,18,4,0x71B3890E3442BC041B3D9219D53F0E9B,20520,1,8,'r-1-492494',NULL,1.059987000000000000000007),
(2,492498,492497,4,4,0x68F4572E6A944FAD4AC9B8699C21DF0E,20520,1,8,'r-1-492497',NULL,1.083744000000000000000007),
(2,492504,492473,86,4,0x2E77103F508490B10D044A3D05B69DA3,20519,1,9,'r-1-492503',NULL,1.131258000000000000000007),
(2,492504,492500,18,4,0x0010EBDEAA6E7F5D346847BF346AC313,20520,1,9,'r-1-492500',NULL,1.107501000000000000000007),
(2,492510,492506,18,4,0xD0B5C9582B120CAD80AC72911019ACC0,20521,1,10,'r-1-492506',NULL,1.155015000000000000000007),
(2,492510,492509,4,4,0xFD4F86748A036AA3630FED7ED536EE1E,20521,1,10,'r-1-492509',NULL,1.178772000000000000000007),
(2,492516,492512,18,4,0x34C162D5437FC5F32C3A0B65C4108C83,20521,1,11,'r-1-492512',NULL,1.202529000000000000000007),
(2,492516,492515,86,4,0x63DFE1171E5FBACDC36968626FC11954,20521,1,11,'r-1-492515',NULL,1.226286000000000000000007),
(2,492522,492518,18,4,0x114207312A3DF83917DBA3DD123089F0,20521,1,12,'r-1-492518',NULL,1.250043000000000000000007),
(2,492522,492521,4,4,0x36A1FA04A6DC5E2B91407BA28D18821E,20521,1,12,'r-1-492521',NULL,1.273800000000000000000007),
(2,492528,492524,18,4,0xD04C656A3DB81ADB6BFA28295CF1AABC,20521,1,13,'r-1-492524',NULL,1.297557000000000000000007),
(2,492528,492527,86,4,0x504784888B745C4E4733FAFDA9F1FFDA,20521,1,13,'r-1-492527',NULL,1.321314000000000000000007),
(2,492534,492530,18,4,0x4268DD6810C875EF16807CE39BFD5BBF,20522,1,14,'r-1-492530',NULL,1.345071000000000000000007),
(2,492534,492533,4,4,0x58F29D86E8AAEA1B9EB71D7691217007,20522,1,14,'r-1-492533',NULL,1.368828000000000000000007),
(2,492540,492506,18,4,0x90FF26CB5D55BE1B20AC145A61DAD631,20521,1,15,'r-1-492536',NULL,1.392585000000000000000007),
(2,492540,492539,86,4,0x06FA8609701B3A4AEA2FCC35506EB6FC,20522,1,15,'r-1-492539',NULL,1.416342000000000000000007),
(2,492546,492542,18,4,0x677EDE70FAD3A21F631E2584EB921955,20522,1,16,'r-1-492542',NULL,1.440099000000000000000007),
(2,492546,492545,4,4,0x3291C43EFAA97EAC802DE59734C23B61,20522,1,16,'r-1-492545',NULL,1.463856000000000000000007),
(2,492552,492548,18,4,0xC6A25D092A7A7F8331F3C4201B0D5CC5,20522,1,17,'r-1-492548',NULL,1.487613000000000000000007),
(2,492552,492551,86,4,0x188B40170C127B900A6697E51362B4A6,20522,1,17,'r-1-492551',NULL,1.511370000000000000000007),
(3,492462,492457,4,3,0xCC053F5593C2E45D4051F5C9703F4554,20519,1,1,'r-2-492457',NULL,2.766985000000000000000007),
(3,492462,492460,18,3,0xCEB3C076E449FC5EB1CA39519DE94626,20519,1,1,'r-2-492460',NULL,2.790742000000000000000007),
(3,492468,492463,86,3,0xB560B4E9A5C4DCB166DBD9A5BC19E649,20519,1,2,'r-2-492463',NULL,2.814499000000000000000007),
(3,492468,492466,18,3,0xF92B6F797DD11D0E1484320D09558174,20519,1,2,'r-2-492466',NULL,2.838256000000000000000007),
(3,492474,492469,4,3,0x3C4A316C281A02F72E429CA298752C97,20519,1,3,'r-2-492469',NULL,2.862013000000000000000007),
(3,492474,492472,18,3,0x2C80FA68B53A4803014926B6098BF0C1,20519,1,3,'r-2-492472',NULL,2.885770000000000000000007),
(3,492480,492475,86,3,0x6C988A26A900F0D84902EEFC2ACAC8B9,20519,1,4,'r-2-492475',NULL,2.909527000000000000000007),
(3,492480,492478,18,3,0xD72C0B642B31121162DCE92074E0C7E7,20519,1,4,'r-2-492478',NULL,2.933284000000000000000007),
(3,492486,492451,4,3,0xD5A8C7B961E8FF635116EF9745B22C8B,20518,1,5,'r-2-492481',NULL,2.957041000000000000000007),
(3,492486,492484,18,3,0xC335CED9CF9518154615C62BD221D401,20520,1,5,'r-2-492484',NULL,2.980798000000000000000007),
(3,492492,492487,86,3,0x3800C59A2C606316681CD0C43EE80BD7,20520,1,6,'r-2-492487',NULL,2.004555000000000000000007),
(3,492492,492490,18,3,0x896CB066A20B2A6E764E2717AF760E6A,20520,1,6,'r-2-492490',NULL,2.028312000000000000000007),
(3,492498,492493,4,3,0x298F396ED771086CAD2D9EDA944EA018,20520,1,8,'r-2-492493',NULL,2.052069000000000000000007),
(3,492498,492496,18,3,0x5B91373AEF50207A5547D575EF05DE8B,20520,1,8,'r-2-492496',NULL,2.075826000000000000000007),
(3,492504,492499,86,3,0xA96275B755694A8D5E55B40E8A7CA7B2,20520,1,9,'r-2-492499',NULL,2.099583000000000000000007),
(3,492504,492502,18,3,0xD080EE8529CBE787A5322ABDE0B397D6,20520,1,9,'r-2-492502',NULL,2.123340000000000000000007),
(3,492510,492505,4,3,0x8D1BFF4DF3693B2FF6ED3EC6D4F03FF7,20521,1,10,'r-2-492505',NULL,2.147097000000000000000007),
(3,492510,492508,18,3,0x3E316571AAEF5E0F9215C2B8AA888206,20521,1,10,'r-2-492508',NULL,2.170854000000000000000007),
(3,492516,492484,18,3,0x6204CF7E51E6DED1BC637BFE6C088C69,20520,1,11,'r-2-492514',NULL,2.218368000000000000000007),
(3,492516,492511,86,3,0xE55DABD46BE4A6EDCA88DAAD015A138F,20521,1,11,'r-2-492511',NULL,2.194611000000000000000007),
(3,492522,492517,4,3,0x61ECEC9C08FD52EA8CDB6034B2B07972,20521,1,12,'r-2-492517',NULL,2.242125000000000000000007),
(3,492522,492520,18,3,0x20FD168F052C4BAE1E2AC3761244C9B2,20521,1,12,'r-2-492520',NULL,2.265882000000000000000007),
(3,492528,492523,86,3,0x897C0444B9CE543D52744C7A70A44BBD,20521,1,13,'r-2-492523',NULL,2.289639000000000000000007),
(3,492528,492526,18,3,0xB51433F42B2D147FA033B1F4C669B439,20521,1,13,'r-2-492526',NULL,2.313396000000000000000007),
(3,492534,492529,4,3,0xF30397CA6B448565660B87FB758A181A,20522,1,14,'r-2-492529',NULL,2.337153000000000000000007),
(3,492534,492532,18,3,0x46E61742631B49B9AF53DDF962545A53,20522,1,14,'r-2-492532',NULL,2.360910000000000000000007),
(3,492540,492535,86,3,0xE4DE24064F7A16EE1D780BFB3E52AAAB,20522,1,15,'r-2-492535',NULL,2.384667000000000000000007),
(3,492540,492538,18,3,0x3600F7D3A714A7422AFA37F2A90537D2,20522,1,15,'r-2-492538',NULL,2.408424000000000000000007),
(3,492546,492541,4,3,0x10F91F8AF5C2ACB7E44A1EF4C7156907,20522,1,16,'r-2-492541',NULL,2.432181000000000000000007),
(3,492546,492544,18,3,0x0DF7CB319E631DFE4E327C0A21622802,20522,1,16,'r-2-492544',NULL,2.455938000000000000000007),
(3,492552,492517,86,3,0x8756DF18445095CEFCA6306F12F959FD,20521,1,17,'r-2-492547',NULL,2.479695000000000000000007),
(3,492552,492550,18,3,0x2C28DCA8CF08382671F7829635789D4E,20522,1,17,'r-2-492550',NULL,2.503452000000000000000007),
(4,492480,492478,18,6,0xC49059CD6D1003B18B0061C130063995,20519,2,18,NULL,NULL,0.100000000000000000000000),
(4,492480,492480,18,5,0xC2F04E1EE61F07195DAB9084CDBF2C33,20520,2,18,NULL,NULL,1.500000000000000000000000),
(4,492481,492481,18,5,0x6B74A5DCEB8C9650AC7D430121385E71,20520,2,19,NULL,NULL,1.500000000000000000000000),
(4,492482,492480,18,6,0xAA773D6731A3BC0A0AB32BF130198D3A,20520,2,20,NULL,NULL,0.100000000000000000000000),
(4,492482,492482,18,5,0x66D31585DC02210F08D9D5938A05C82F,20520,2,20,NULL,NULL,1.500000000000000000000000),
(4,492483,492483,18,5,0x30A423AC4E40464A45CD7692113FC4B0,20520,2,21,NULL,NULL,1.500000000000000000000000),
(4,492484,492482,18,6,0xD96F1DCE1B39C169A823BEF35B2DA1C7,20520,2,22,NULL,NULL,0.100000000000000000000000),
(4,492484,492484,18,5,0xB981F0684B7D23056CD12431EFDAC56F,20520,2,22,NULL,NULL,1.500000000000000000000000),
(4,492485,492485,18,5,0x0D9CB03062F5B44060ADDAA89439F4E9,20520,2,23,NULL,NULL,1.500000000000000000000000),
(4,492486,492484,18,6,0xF96F6A5351AF498C90AC4DDCA8B266C2,20520,2,24,NULL,NULL,0.100000000000000000000000),
(4,492486,492486,18,5,0x93424B1645577E58192C303BF99B7347,20520,2,24,NULL,NULL,1.500000000000000000000000),
(4,492487,492487,18,5,0xD3430BBFCBBDBF5C10453A53C7B5E29F,20520,2,25,NULL,NULL,1.500000000000000000000000),
(4,492488,492486,18,6,0x066E5C588567B1220B6E9086566D4A79,20520,2,26,NULL,NULL,0.100000000000000000000000),
(4,492488,492488,18,5,0x8923DDCD16A978B11273C0F882E09F59,20520,2,26,NULL,NULL,1.500000000000000000000000),
(4,492489,492489,18,5,0xA7FB13D2419DFC3B7F48F3D0A1196BCF,20520,2,27,NULL,NULL,1.500000000000000000000000),
(4,492490,492488,18,6,0x01695322ACF2F70ABB1687768DE1351F,20520,2,28,NULL,NULL,0.100000000000000000000000),
(4,492490,492490,18,5,0x625A9461947BAA4EAF2AC1939BE47203,20520,2,28,NULL,NULL,1.500000000000000000000000),
(4,492491,492491,18,5,0x0939D2CE38DE8ED2C2CC376EEE81EF1E,20520,2,29,NULL,NULL,1.500000000000000000000000),
(4,492492,492490,18,6,0xF711F900D440292C7E6A3A1A85A897EA,20520,2,30,NULL,NULL,0.100000000000000000000000),
(4,492492,492492,18,5,0x420488A597BE471BF1B917246F2AA9C4,20520,2,30,NULL,NULL,1.500000000000000000000000),
(4,492493,492493,18,5,0x848399E9C9344CC64005ACBCCD42F025,20520,2,31,NULL,NULL,1.500000000000000000000000),
(4,492494,492492,18,6,0xA0C14185C5EF46C5E7E69893079C3C55,20520,2,32,NULL,NULL,0.100000000000000000000000),
(4,492494,492494,18,5,0x8F43978125EB6F9375C2B71131476F43,20520,2,32,NULL,NULL,1.500000000000000000000000),
(4,492495,492495,18,5,0x3C3D5E74D8395CC120DB3FDEED1BFE2F,20520,2,33,NULL,NULL,1.500000000000000000000000),
(4,492496,492494,18,6,0xBA52814571BF96C3A9488932DFC88475,20520,2,34,NULL,NULL,0.100000000000000000000000),
(4,492496,492496,18,5,0x6D2C8D2C26D2F063E4C7C127C2882F24,20520,2,34,NULL,NULL,1.500000000000000000000000),
(4,492497,492497,18,5,0xF7785F94534FC8310157B74615996EBA,20520,2,35,NULL,NULL,1.500000000000000000000000),
(4,492498,492496,18,6,0x6AE55F0B7510368248ADDA60087BC67E,20520,2,36,NULL,NULL,0.100000000000000000000000),
(4,492498,492498,18,5,0xC786AE744CB796F7FEA7C49B4784E541,20520,2,36,NULL,NULL,1.500000000000000000000000),
(4,492499,492499,18,5,0x1041F3F8A5F3E618C146501422ADFDAC,20520,2,37,NULL,NULL,1.500000000000000000000000),
(4,492500,492498,18,6,0xF4C8819A5170DCF864DCF1DC91F16719,20520,2,38,NULL,NULL,0.100000000000000000000000),
(4,492500,492500,18,5,0x0E0AC0948DE87BD96F58BA62CFCD1E4C,20520,2,38,NULL,NULL,1.500000000000000000000000),
(4,492501,492501,18,5,0x8308C5CED429166533120E32D3B9268C,20520,2,39,NULL,NULL,1.500000000000000000000000),
(4,492502,492500,18,6,0xA2375D9EDA84866C14FC7E89A9689AB4,20520,2,40,NULL,NULL,0.100000000000000000000000),
(4,492502,492502,18,5,0x585CF13C1B469AB4E7D843E3D5145758,20520,2,40,NULL,NULL,1.500000000000000000000000),
(4,492503,492503,18,5,0x1043C62929C7F0F8B18AB961CCEF1400,20520,2,41,NULL,NULL,1.500000000000000000000000),
(4,492504,492502,18,6,0x5077937A95BCEA97D2A15C5D7933064A,20520,2,42,NULL,NULL,0.100000000000000000000000),
(4,492504,492504,18,5,0x97C9C09A1642797989AC7C29A34DE339,20521,2,42,NULL,NULL,1.500000000000000000000000),
(4,492505,492505,18,5,0x10E0D8C32997F902B1E8A3B142F7DDFF,20521,2,43,NULL,NULL,1.500000000000000000000000),
(4,492506,492504,18,6,0xDBE8382939357B69BEABFF233078290E,20521,2,44,NULL,NULL,0.100000000000000000000000),
(4,492506,492506,18,5,0x129A14AECA1021FC5A351D9D6D7D5366,20521,2,44,NULL,NULL,1.500000000000000000000000),
(4,492507,492507,18,5,0x4E54A789AB2B252D5E87E863EAA2C533,20521,2,45,NULL,NULL,1.500000000000000000000000),
(4,492508,492506,18,6,0x3050B1C8334C0B6721BB8EC8314118B0,20521,2,46,NULL,NULL,0.100000000000000000000000),
(4,492508,492508,18,5,0x99FBB8E0368A7B1B6A19A11875B39632,20521,2,46,NULL,NULL,1.500000000000000000000000),
(4,492535,492500,18,9,0xC05361C55575AB3465F9F3A9B5DDFB39,20520,3,48,'late-5a340d188b71e5eebc005fe8043cf6dd',NULL,3.000000000000000000000000),
(5,492462,492429,86,2,0x2688F737296A88441FB2B0299410B78C,20517,1,1,'r-3-492459',NULL,3.782824000000000000000007),
(5,492462,492456,18,2,0xFB52D0700B07B99B73A9EE22516629DC,20519,1,1,'r-3-492456',NULL,3.759067000000000000000007),
(5,492468,492462,18,2,0x1651A9D1EB6407EC6B67F3F5A3069D39,20519,1,2,'r-3-492462',NULL,3.806581000000000000000007),
(5,492468,492465,4,2,0xB76C3730DE86B7614C6FF6716FF7D0C3,20519,1,2,'r-3-492465',NULL,3.830338000000000000000007),
(5,492474,492468,18,2,0x7DACAF11AE06929D9C59715FC66A3572,20519,1,3,'r-3-492468',NULL,3.854095000000000000000007),
(5,492474,492471,86,2,0x7E1B79DAE3F714A5DD10F4686D884F8D,20519,1,3,'r-3-492471',NULL,3.877852000000000000000007),
(5,492480,492474,18,2,0x6271641B88A5F48A4A77624D81591C6A,20519,1,4,'r-3-492474',NULL,3.901609000000000000000007),
(5,492480,492477,4,2,0x11C127E3664C95459143F8E62786A07A,20519,1,4,'r-3-492477',NULL,3.925366000000000000000007),
(5,492486,492480,18,2,0xF6E80EAB8817F45EB45D1E75D99A03E5,20520,1,5,'r-3-492480',NULL,3.949123000000000000000007),
(5,492486,492483,86,2,0x24808AEE9346AFD44AAC3AC819D7C57B,20520,1,5,'r-3-492483',NULL,3.972880000000000000000007),
(5,492492,492486,18,2,0x36C5D0D948237C110A25E91B7C3AFAC2,20520,1,6,'r-3-492486',NULL,3.996637000000000000000007),
(5,492492,492489,4,2,0x775D0D12DA182FB42638D5C67DDF6695,20520,1,6,'r-3-492489',NULL,3.020394000000000000000007),
(5,492498,492462,18,2,0xBCF354D418FAB67CB08104D533051621,20519,1,8,'r-3-492492',NULL,3.044151000000000000000007),
(5,492498,492495,86,2,0x1C16D074E784AEC695E1EC125EDBD681,20520,1,8,'r-3-492495',NULL,3.067908000000000000000007),
(5,492504,492498,18,2,0x30C74C6E2AB22E26B1DBA6D106C624FE,20520,1,9,'r-3-492498',NULL,3.091665000000000000000007),
(5,492504,492501,4,2,0xC3EF9AD6B46DDB5664851E8ADCA7E877,20520,1,9,'r-3-492501',NULL,3.115422000000000000000007),
(5,492510,492504,18,2,0xE1A891B9A86A407C9473AC8946CECA4B,20521,1,10,'r-3-492504',NULL,3.139179000000000000000007),
(5,492510,492507,86,2,0x6C34C491547F674BDA8470CC3D694DD1,20521,1,10,'r-3-492507',NULL,3.162936000000000000000007),
(5,492516,492510,18,2,0xA65C827FD86960A5F0107BBB2F7ABD2A,20521,1,11,'r-3-492510',NULL,3.186693000000000000000007),
(5,492516,492513,4,2,0xF78F15FD2D2B3E7FE95E010333E4CB50,20521,1,11,'r-3-492513',NULL,3.210450000000000000000007),
(5,492522,492516,18,2,0xA1A420407AA37ECB1776A59FE3D4BB38,20521,1,12,'r-3-492516',NULL,3.234207000000000000000007),
(5,492522,492519,86,2,0x73AB91D021D82E359050433FE8837D3E,20521,1,12,'r-3-492519',NULL,3.257964000000000000000007),
(5,492528,492495,4,2,0xB1717A9F166CED3CB6A653C5A16D5011,20520,1,13,'r-3-492525',NULL,3.305478000000000000000007),
(5,492528,492522,18,2,0xF67DE2A95E6CB17E0941DC5E0656699F,20521,1,13,'r-3-492522',NULL,3.281721000000000000000007),
(5,492534,492528,18,2,0x2F31DA9B1FA5B98A6A8E325AAE0975FD,20522,1,14,'r-3-492528',NULL,3.329235000000000000000007),
(5,492534,492531,86,2,0xFA92E8EDEB7211E9F5B07B64BF73819B,20522,1,14,'r-3-492531',NULL,3.352992000000000000000007),
(5,492540,492534,18,2,0x778D165F3E01648DDA0C41CB6BC04C0B,20522,1,15,'r-3-492534',NULL,3.376749000000000000000007),
(5,492540,492537,4,2,0xDB12FADD916492F4270A959C9E134B8E,20522,1,15,'r-3-492537',NULL,3.400506000000000000000007),
(5,492546,492540,18,2,0x3F01594A715919371D9027BD84965796,20522,1,16,'r-3-492540',NULL,3.424263000000000000000007),
(5,492546,492543,86,2,0x042836F1D829E7958FB06AAF09BDFFF4,20522,1,16,'r-3-492543',NULL,3.448020000000000000000007),
(5,492552,492546,18,2,0xD1B619613F900AB6DF2A9C150D7510C1,20522,1,17,'r-3-492546',NULL,3.471777000000000000000007),
(5,492552,492549,4,2,0x6A5DC848E97598988349E5440F25736A,20522,1,17,'r-3-492549',NULL,3.495534000000000000000007),
(6,492481,492479,18,7,0xF15BDC7C0F50851523866369BB444160,20519,2,19,NULL,NULL,0.100000000000000000000000),
(6,492483,492481,18,7,0xB11BFB179B0172CF0C2992579C5A8161,20520,2,21,NULL,NULL,0.100000000000000000000000),
(6,492485,492483,18,7,0x675209C10573FF0D2DAE7F21AAD60541,20520,2,23,NULL,NULL,0.100000000000000000000000),
(6,492487,492485,18,7,0xE38DDC5FA009893764B7830760DBB23D,20520,2,25,NULL,NULL,0.100000000000000000000000),
(6,492489,492487,18,7,0xFA18044D357513C4BC7BC3228B1EB3F1,20520,2,27,NULL,NULL,0.100000000000000000000000),
(6,492491,492489,18,7,0x1FF1488301284DC7403ECF84EF91C88B,20520,2,29,NULL,NULL,0.100000000000000000000000),
(6,492493,492491,18,7,0xD9B0EBA707A087A456A72BD4165D9D33,20520,2,31,NULL,NULL,0.100000000000000000000000),
(6,492495,492493,18,7,0xC5CC0674A46334CBAC85DA296838267F,20520,2,33,NULL,NULL,0.100000000000000000000000),
(6,492497,492495,18,7,0x61880757D8771A0A456920708559E1C7,20520,2,35,NULL,NULL,0.100000000000000000000000),
(6,492499,492497,18,7,0x7A9DE6884D5B07E6742EEB628AD6C810,20520,2,37,NULL,NULL,0.100000000000000000000000),
(6,492501,492499,18,7,0xE354D188A009C8A8E691C5CE9A0A00F7,20520,2,39,NULL,NULL,0.100000000000000000000000),
(6,492503,492501,18,7,0x9FD4F1775D7044BF3AE1A5F0CB409146,20520,2,41,NULL,NULL,0.100000000000000000000000),
(6,492505,492503,18,7,0x92394C52776E0A51A0A3E3115AA6809F,20520,2,43,NULL,NULL,0.100000000000000000000000),
(6,492507,492505,18,7,0x110A557A1555C3B58D635344AF7A6866,20521,2,45,NULL,NULL,0.100000000000000000000000);
DROP TABLE IF EXISTS `usage_report`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_report` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `reported_day` int(11) NOT NULL,
  `destination_subscription_guid` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `batch_no` int(11) NOT NULL,
  `idempotency_key` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `generation` int(11) NOT NULL,
  `line_count` int(11) NOT NULL,
  `state` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `attempts` int(11) NOT NULL,
  `due_at` bigint(20) NOT NULL,
  `lease_token` varchar(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `receipt` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `error_code` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `error_message` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `created_at` bigint(20) NOT NULL,
  `settled_at` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_usage_report_key` (`idempotency_key`),
  UNIQUE KEY `uq_usage_report_batch` (`registration_id`,`reported_day`,`destination_subscription_guid`,`batch_no`),
  KEY `ix_usage_report_due` (`due_at`),
  KEY `ix_usage_report_settled` (`settled_at`),
  CONSTRAINT `fk_usage_report_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=12 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_report` VALUES
(1,1,20519,'22222222-0000-4000-8000-000000000001',1,'5a09a387abdedb8675a01462555047e8',0,12,'ACCEPTED',1,9000000000000000,'','receipt of 5a09a387',NULL,NULL,1772974800000,1772974800000),
(2,1,20519,'44444444-0000-4000-8000-000000000001',1,'1218a56ab7be7b1257f33ba6a4da04c3',0,6,'REFUSED',1,9000000000000000,'','receipt of 1218a56a','ResourceNotActive','1 of 6 lines were rejected.',1772974800000,1772974800000),
(3,1,20520,'44444444-0000-4000-8000-000000000001',1,'d075fb631c2a6c5c8c8929626bc9efa9',0,10,'GIVEN_UP',2,9000000000000000,'',NULL,'RequestRefused','The receiver will not have it.',1773061200000,1773126000000),
(4,1,20520,'22222222-0000-4000-8000-000000000001',1,'706f88f36361405cbc5c9f91416b3585',0,11,'ACCEPTED',1,9000000000000000,'','receipt of 706f88f3',NULL,NULL,1773061200000,1773061200000),
(5,2,20520,'22222222-0000-4000-8000-000000000002',1,'9cde456f3d01e1b72f851fa1541ef9fd',0,5,'ACCEPTED',1,9000000000000000,'','receipt of 9cde456f',NULL,NULL,1773126000000,1773126000000),
(6,2,20520,'44444444-0000-4000-8000-000000000003',1,'870cac2f9c2706efce4279b36eb98c71',0,2,'ACCEPTED',1,9000000000000000,'','receipt of 870cac2f',NULL,NULL,1773126000000,1773126000000),
(7,1,20521,'44444444-0000-4000-8000-000000000002',1,'b75c1134c083400637d52b29f902ec07',0,9,'ACCEPTED',1,9000000000000000,'','receipt of b75c1134',NULL,NULL,1773126000000,1773126000000),
(8,1,20521,'44444444-0000-4000-8000-000000000001',1,'53f482fac7b877188a4294c1c803014b',0,1,'ACCEPTED',1,9000000000000000,'','receipt of 53f482fa',NULL,NULL,1773126000000,1773126000000),
(9,1,20521,'22222222-0000-4000-8000-000000000001',1,'cf03378980f163f2e69aea4d40b9801d',0,10,'ACCEPTED',1,9000000000000000,'','receipt of cf033789',NULL,NULL,1773126000000,1773126000000),
(10,1,20522,'44444444-0000-4000-8000-000000000002',1,'a3b1864b4c1994e073118e3a918a5660',0,4,'PENDING',0,1773212400000,'',NULL,NULL,NULL,1773212400000,NULL),
(11,1,20522,'22222222-0000-4000-8000-000000000001',1,'47112a26240c3672823374003d66a581',0,16,'PENDING',0,1773212400000,'',NULL,NULL,NULL,1773212400000,NULL);
DROP TABLE IF EXISTS `usage_report_attempt`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_report_attempt` (
  `report_id` int(11) NOT NULL,
  `attempt_no` int(11) NOT NULL,
  `started_at` bigint(20) NOT NULL,
  `ended_at` bigint(20) DEFAULT NULL,
  `outcome` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `message` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`report_id`,`attempt_no`),
  CONSTRAINT `fk_usage_report_attempt_report_id` FOREIGN KEY (`report_id`) REFERENCES `usage_report` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_report_attempt` VALUES
(1,1,1772974800000,1772974800000,'ACCEPTED',NULL,NULL),
(2,1,1772974800000,1772974800000,'REFUSED','ResourceNotActive','1 of 6 lines were rejected.'),
(3,1,1773061200000,1773061200000,'FAILED','NetworkError','The receiver cannot be reached.'),
(3,2,1773126000000,1773126000000,'FAILED','RequestRefused','The receiver will not have it.'),
(4,1,1773061200000,1773061200000,'ACCEPTED',NULL,NULL),
(5,1,1773126000000,1773126000000,'ACCEPTED',NULL,NULL),
(6,1,1773126000000,1773126000000,'ACCEPTED',NULL,NULL),
(7,1,1773126000000,1773126000000,'ACCEPTED',NULL,NULL),
(8,1,1773126000000,1773126000000,'ACCEPTED',NULL,NULL),
(9,1,1773126000000,1773126000000,'ACCEPTED',NULL,NULL);
DROP TABLE IF EXISTS `usage_report_day`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_report_day` (
  `registration_id` int(11) NOT NULL,
  `reported_day` int(11) NOT NULL,
  `prepared_at` bigint(20) NOT NULL,
  PRIMARY KEY (`registration_id`,`reported_day`),
  CONSTRAINT `fk_usage_report_day_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_report_day` VALUES
(1,20519,1772974800000),
(1,20520,1773061200000),
(1,20521,1773126000000),
(1,20522,1773212400000),
(2,20520,1773126000000);
DROP TABLE IF EXISTS `usage_report_line`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_report_line` (
  `report_id` int(11) NOT NULL,
  `line_no` int(11) NOT NULL,
  `stack_subscription_id` int(11) NOT NULL,
  `reported_day` smallint(5) unsigned NOT NULL,
  `usage_day` smallint(5) unsigned NOT NULL,
  `meter_id` int(11) NOT NULL,
  `resource_id` int(11) NOT NULL,
  `part` int(11) NOT NULL,
  `status` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `code` varchar(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  PRIMARY KEY (`report_id`,`line_no`),
  UNIQUE KEY `uq_usage_report_line_aggregate` (`stack_subscription_id`,`reported_day`,`usage_day`,`meter_id`,`resource_id`,`part`),
  CONSTRAINT `fk_usage_report_line_report_id` FOREIGN KEY (`report_id`) REFERENCES `usage_report` (`id`),
  CONSTRAINT `fk_usage_report_line_stack_subscription_id` FOREIGN KEY (`stack_subscription_id`) REFERENCES `stack_subscription` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_report_line` VALUES
(1,1,1,20519,20517,86,1,0,'ACCEPTED',NULL),
(1,2,1,20519,20519,18,1,0,'ACCEPTED',NULL),
(1,3,2,20519,20518,18,4,0,'ACCEPTED',NULL),
(1,4,2,20519,20519,4,4,0,'ACCEPTED',NULL),
(1,5,2,20519,20519,18,4,0,'ACCEPTED',NULL),
(1,6,3,20519,20519,4,3,0,'ACCEPTED',NULL),
(1,7,3,20519,20519,18,3,0,'ACCEPTED',NULL),
(1,8,3,20519,20519,86,3,0,'ACCEPTED',NULL),
(1,9,5,20519,20517,86,2,0,'ACCEPTED',NULL),
(1,10,5,20519,20519,4,2,0,'ACCEPTED',NULL),
(1,11,5,20519,20519,18,2,0,'ACCEPTED',NULL),
(1,12,5,20519,20519,86,2,0,'ACCEPTED',NULL),
(2,1,1,20519,20519,4,1,1,'REJECTED','ResourceNotActive'),
(2,2,1,20519,20519,18,1,1,'ACCEPTED',NULL),
(2,3,1,20519,20519,86,1,1,'ACCEPTED',NULL),
(2,4,2,20519,20519,4,4,1,'ACCEPTED',NULL),
(2,5,2,20519,20519,18,4,1,'ACCEPTED',NULL),
(2,6,2,20519,20519,86,4,1,'ACCEPTED',NULL),
(3,1,1,20520,20519,4,1,1,'PENDING',NULL),
(3,2,1,20520,20519,18,1,1,'PENDING',NULL),
(3,3,1,20520,20520,4,1,0,'PENDING',NULL),
(3,4,1,20520,20520,18,1,0,'PENDING',NULL),
(3,5,1,20520,20520,86,1,0,'PENDING',NULL),
(3,6,2,20520,20519,18,4,1,'PENDING',NULL),
(3,7,2,20520,20519,86,4,1,'PENDING',NULL),
(3,8,2,20520,20520,4,4,0,'PENDING',NULL),
(3,9,2,20520,20520,18,4,0,'PENDING',NULL),
(3,10,2,20520,20520,86,4,0,'PENDING',NULL),
(4,1,3,20520,20518,4,3,0,'ACCEPTED',NULL),
(4,2,3,20520,20519,18,3,0,'ACCEPTED',NULL),
(4,3,3,20520,20519,86,3,0,'ACCEPTED',NULL),
(4,4,3,20520,20520,4,3,0,'ACCEPTED',NULL),
(4,5,3,20520,20520,18,3,0,'ACCEPTED',NULL),
(4,6,3,20520,20520,86,3,0,'ACCEPTED',NULL),
(4,7,5,20520,20519,4,2,0,'ACCEPTED',NULL),
(4,8,5,20520,20519,18,2,0,'ACCEPTED',NULL),
(4,9,5,20520,20520,4,2,0,'ACCEPTED',NULL),
(4,10,5,20520,20520,18,2,0,'ACCEPTED',NULL),
(4,11,5,20520,20520,86,2,0,'ACCEPTED',NULL),
(5,1,4,20520,20519,18,6,0,'ACCEPTED',NULL),
(5,2,4,20520,20520,18,5,0,'ACCEPTED',NULL),
(5,3,4,20520,20520,18,6,0,'ACCEPTED',NULL),
(5,4,6,20520,20519,18,7,0,'ACCEPTED',NULL),
(5,5,6,20520,20520,18,7,0,'ACCEPTED',NULL),
(6,1,4,20520,20520,18,5,1,'ACCEPTED',NULL),
(6,2,4,20520,20520,18,6,1,'ACCEPTED',NULL),
(7,1,1,20521,20520,4,1,1,'ACCEPTED',NULL),
(7,2,1,20521,20520,18,1,1,'ACCEPTED',NULL),
(7,3,1,20521,20521,4,1,0,'ACCEPTED',NULL),
(7,4,1,20521,20521,18,1,0,'ACCEPTED',NULL),
(7,5,1,20521,20521,86,1,0,'ACCEPTED',NULL),
(7,6,2,20521,20520,18,4,1,'ACCEPTED',NULL),
(7,7,2,20521,20521,4,4,0,'ACCEPTED',NULL),
(7,8,2,20521,20521,18,4,0,'ACCEPTED',NULL),
(7,9,2,20521,20521,86,4,0,'ACCEPTED',NULL),
(8,1,2,20521,20519,86,4,1,'ACCEPTED',NULL),
(9,1,3,20521,20520,18,3,0,'ACCEPTED',NULL),
(9,2,3,20521,20520,86,3,0,'ACCEPTED',NULL),
(9,3,3,20521,20521,4,3,0,'ACCEPTED',NULL),
(9,4,3,20521,20521,18,3,0,'ACCEPTED',NULL),
(9,5,3,20521,20521,86,3,0,'ACCEPTED',NULL),
(9,6,5,20521,20520,4,2,0,'ACCEPTED',NULL),
(9,7,5,20521,20520,18,2,0,'ACCEPTED',NULL),
(9,8,5,20521,20521,4,2,0,'ACCEPTED',NULL),
(9,9,5,20521,20521,18,2,0,'ACCEPTED',NULL),
(9,10,5,20521,20521,86,2,0,'ACCEPTED',NULL),
(10,1,1,20522,20520,4,1,1,'PENDING',NULL),
(10,2,1,20522,20521,18,1,0,'PENDING',NULL),
(10,3,2,20522,20521,18,4,0,'PENDING',NULL),
(10,4,2,20522,20521,86,4,0,'PENDING',NULL),
(11,1,1,20522,20522,4,1,0,'PENDING',NULL),
(11,2,1,20522,20522,18,1,0,'PENDING',NULL),
(11,3,1,20522,20522,86,1,0,'PENDING',NULL),
(11,4,2,20522,20522,4,4,0,'PENDING',NULL),
(11,5,2,20522,20522,18,4,0,'PENDING',NULL),
(11,6,2,20522,20522,86,4,0,'PENDING',NULL),
(11,7,3,20522,20521,18,3,0,'PENDING',NULL),
(11,8,3,20522,20521,86,3,0,'PENDING',NULL),
(11,9,3,20522,20522,4,3,0,'PENDING',NULL),
(11,10,3,20522,20522,18,3,0,'PENDING',NULL),
(11,11,3,20522,20522,86,3,0,'PENDING',NULL),
(11,12,5,20522,20520,4,2,0,'PENDING',NULL),
(11,13,5,20522,20521,18,2,0,'PENDING',NULL),
(11,14,5,20522,20522,4,2,0,'PENDING',NULL),
(11,15,5,20522,20522,18,2,0,'PENDING',NULL),
(11,16,5,20522,20522,86,2,0,'PENDING',NULL);
DROP TABLE IF EXISTS `usage_source`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `usage_source` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `registration_id` int(11) NOT NULL,
  `name` varchar(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq_usage_source_name` (`registration_id`,`name`),
  CONSTRAINT `fk_usage_source_registration_id` FOREIGN KEY (`registration_id`) REFERENCES `registration` (`id`)
) ENGINE=InnoDB AUTO_INCREMENT=4 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

INSERT INTO `usage_source` VALUES
(1,1,'Microsoft.Compute'),
(2,2,'azure-stack'),
(3,2,'replayed');

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

