BEGIN TRANSACTION;
CREATE TABLE clausewise_format (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "clausewise_format" VALUES(1);
CREATE TABLE clausewise_operations (
	run VARCHAR(160) NOT NULL, 
	family VARCHAR(64) NOT NULL, 
	operation VARCHAR(128) NOT NULL, 
	exchanges INTEGER NOT NULL, 
	p50 FLOAT NOT NULL, 
	p95 FLOAT NOT NULL, 
	max FLOAT NOT NULL, 
	PRIMARY KEY (run, family, operation), 
	FOREIGN KEY(run) REFERENCES clausewise_runs (id)
);
INSERT INTO "clausewise_operations" VALUES('uat-06','toy','op0',0,0.0,6.0,54.0);
INSERT INTO "clausewise_operations" VALUES('uat-06','toy','op1',6,1.5,8.25,54.0);
INSERT INTO "clausewise_operations" VALUES('uat-06','toy','op2',12,3.0,10.5,54.0);
INSERT INTO "clausewise_operations" VALUES('uat-04','toy','op0',0,0.0,4.0,36.0);
INSERT INTO "clausewise_operations" VALUES('uat-04','toy','op1',4,1.5,6.25,36.0);
INSERT INTO "clausewise_operations" VALUES('uat-04','toy','op2',8,3.0,8.5,36.0);
INSERT INTO "clausewise_operations" VALUES('uat-01','toy','op0',0,0.0,1.0,9.0);
INSERT INTO "clausewise_operations" VALUES('uat-01','toy','op1',1,1.5,3.25,9.0);
INSERT INTO "clausewise_operations" VALUES('uat-01','toy','op2',2,3.0,5.5,9.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-01','toy','op0',0,0.0,1.0,9.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-01','toy','op1',1,1.5,3.25,9.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-01','toy','op2',2,3.0,5.5,9.0);
INSERT INTO "clausewise_operations" VALUES('uat-08','toy','op0',0,0.0,8.0,72.0);
INSERT INTO "clausewise_operations" VALUES('uat-08','toy','op1',8,1.5,10.25,72.0);
INSERT INTO "clausewise_operations" VALUES('uat-08','toy','op2',16,3.0,12.5,72.0);
INSERT INTO "clausewise_operations" VALUES('uat-09','toy','op0',0,0.0,9.0,81.0);
INSERT INTO "clausewise_operations" VALUES('uat-09','toy','op1',9,1.5,11.25,81.0);
INSERT INTO "clausewise_operations" VALUES('uat-09','toy','op2',18,3.0,13.5,81.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-09','toy','op0',0,0.0,9.0,81.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-09','toy','op1',9,1.5,11.25,81.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-09','toy','op2',18,3.0,13.5,81.0);
INSERT INTO "clausewise_operations" VALUES('uat-10','toy','op0',0,0.0,10.0,90.0);
INSERT INTO "clausewise_operations" VALUES('uat-10','toy','op1',10,1.5,12.25,90.0);
INSERT INTO "clausewise_operations" VALUES('uat-10','toy','op2',20,3.0,14.5,90.0);
INSERT INTO "clausewise_operations" VALUES('uat-07','toy','op0',0,0.0,7.0,63.0);
INSERT INTO "clausewise_operations" VALUES('uat-07','toy','op1',7,1.5,9.25,63.0);
INSERT INTO "clausewise_operations" VALUES('uat-07','toy','op2',14,3.0,11.5,63.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-07','toy','op0',0,0.0,7.0,63.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-07','toy','op1',7,1.5,9.25,63.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-07','toy','op2',14,3.0,11.5,63.0);
INSERT INTO "clausewise_operations" VALUES('uat-02','toy','op0',0,0.0,2.0,18.0);
INSERT INTO "clausewise_operations" VALUES('uat-02','toy','op1',2,1.5,4.25,18.0);
INSERT INTO "clausewise_operations" VALUES('uat-02','toy','op2',4,3.0,6.5,18.0);
INSERT INTO "clausewise_operations" VALUES('uat-05','toy','op0',0,0.0,5.0,45.0);
INSERT INTO "clausewise_operations" VALUES('uat-05','toy','op1',5,1.5,7.25,45.0);
INSERT INTO "clausewise_operations" VALUES('uat-05','toy','op2',10,3.0,9.5,45.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-05','toy','op0',0,0.0,5.0,45.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-05','toy','op1',5,1.5,7.25,45.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-05','toy','op2',10,3.0,9.5,45.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-03','toy','op0',0,0.0,3.0,27.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-03','toy','op1',3,1.5,5.25,27.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-03','toy','op2',6,3.0,7.5,27.0);
INSERT INTO "clausewise_operations" VALUES('uat-11','toy','op0',0,0.0,11.0,99.0);
INSERT INTO "clausewise_operations" VALUES('uat-11','toy','op1',11,1.5,13.25,99.0);
INSERT INTO "clausewise_operations" VALUES('uat-11','toy','op2',22,3.0,15.5,99.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-11','toy','op0',0,0.0,11.0,99.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-11','toy','op1',11,1.5,13.25,99.0);
INSERT INTO "clausewise_operations" VALUES('acme-sit-11','toy','op2',22,3.0,15.5,99.0);
INSERT INTO "clausewise_operations" VALUES('uat-12','toy','op0',0,0.0,12.0,108.0);
INSERT INTO "clausewise_operations" VALUES('uat-12','toy','op1',12,1.5,14.25,108.0);
INSERT INTO "clausewise_operations" VALUES('uat-12','toy','op2',24,3.0,16.5,108.0);
INSERT INTO "clausewise_operations" VALUES('uat-03','toy','op0',0,0.0,3.0,27.0);
INSERT INTO "clausewise_operations" VALUES('uat-03','toy','op1',3,1.5,5.25,27.0);
INSERT INTO "clausewise_operations" VALUES('uat-03','toy','op2',6,3.0,7.5,27.0);
INSERT INTO "clausewise_operations" VALUES('bare-20','toy','op0',0,0.0,20.0,180.0);
INSERT INTO "clausewise_operations" VALUES('bare-20','toy','op1',20,1.5,22.25,180.0);
INSERT INTO "clausewise_operations" VALUES('bare-20','toy','op2',40,3.0,24.5,180.0);
CREATE TABLE clausewise_runs (
	id VARCHAR(160) NOT NULL, 
	started VARCHAR(40) NOT NULL, 
	target VARCHAR(64) NOT NULL, 
	environment VARCHAR(16) NOT NULL, 
	documents JSON NOT NULL, 
	suite VARCHAR(32) NOT NULL, 
	"plan" VARCHAR(16) NOT NULL, 
	exit INTEGER NOT NULL, 
	word VARCHAR(64) NOT NULL, 
	counts JSON NOT NULL, 
	share FLOAT NOT NULL, 
	seconds FLOAT NOT NULL, 
	exchanges INTEGER NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "clausewise_runs" VALUES('uat-06','2031-01-06T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 9, "fail": 0, "unstable": 2, "error": 1, "waived": 1, "untestable": 0, "not-applicable": 0}',0.5,15.5,706);
INSERT INTO "clausewise_runs" VALUES('uat-04','2031-01-04T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 9, "fail": 1, "unstable": 1, "error": 0, "waived": 1, "untestable": 1, "not-applicable": 0}',0.5,13.5,704);
INSERT INTO "clausewise_runs" VALUES('uat-01','2031-01-01T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 13, "fail": 0, "unstable": 0, "error": 0, "waived": 0, "untestable": 0, "not-applicable": 0}',0.5,10.5,701);
INSERT INTO "clausewise_runs" VALUES('acme-sit-01','2031-01-01T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','smoke',0,'conformant','{"pass": 4, "fail": 0, "unstable": 0, "error": 1, "waived": 0, "untestable": 0, "not-applicable": 0}',0.5,10.5,701);
INSERT INTO "clausewise_runs" VALUES('uat-08','2031-01-08T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 9, "fail": 1, "unstable": 2, "error": 0, "waived": 0, "untestable": 0, "not-applicable": 1}',0.5,17.5,708);
INSERT INTO "clausewise_runs" VALUES('uat-09','2031-01-09T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 9, "fail": 1, "unstable": 1, "error": 1, "waived": 0, "untestable": 1, "not-applicable": 0}',0.5,18.5,709);
INSERT INTO "clausewise_runs" VALUES('acme-sit-09','2031-01-09T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','smoke',0,'conformant','{"pass": 3, "fail": 0, "unstable": 0, "error": 1, "waived": 0, "untestable": 1, "not-applicable": 0}',0.5,18.5,709);
INSERT INTO "clausewise_runs" VALUES('uat-10','2031-01-10T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 12, "fail": 0, "unstable": 0, "error": 0, "waived": 0, "untestable": 0, "not-applicable": 1}',0.5,19.5,710);
INSERT INTO "clausewise_runs" VALUES('uat-07','2031-01-07T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 9, "fail": 0, "unstable": 1, "error": 0, "waived": 0, "untestable": 3, "not-applicable": 0}',0.5,16.5,707);
INSERT INTO "clausewise_runs" VALUES('acme-sit-07','2031-01-07T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 10, "fail": 2, "unstable": 0, "error": 0, "waived": 0, "untestable": 0, "not-applicable": 1}',0.5,16.5,707);
INSERT INTO "clausewise_runs" VALUES('uat-02','2031-01-02T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 10, "fail": 1, "unstable": 0, "error": 1, "waived": 1, "untestable": 0, "not-applicable": 0}',0.5,11.5,702);
INSERT INTO "clausewise_runs" VALUES('uat-05','2031-01-05T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 9, "fail": 2, "unstable": 0, "error": 1, "waived": 1, "untestable": 0, "not-applicable": 0}',0.5,14.5,705);
INSERT INTO "clausewise_runs" VALUES('acme-sit-05','2031-01-05T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','smoke',0,'conformant','{"pass": 3, "fail": 0, "unstable": 0, "error": 0, "waived": 0, "untestable": 1, "not-applicable": 1}',0.5,14.5,705);
INSERT INTO "clausewise_runs" VALUES('acme-sit-03','2031-01-03T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 6, "fail": 3, "unstable": 0, "error": 2, "waived": 1, "untestable": 0, "not-applicable": 1}',0.5,12.5,703);
INSERT INTO "clausewise_runs" VALUES('uat-11','2031-01-11T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 11, "fail": 1, "unstable": 0, "error": 1, "waived": 0, "untestable": 0, "not-applicable": 0}',0.5,20.5,711);
INSERT INTO "clausewise_runs" VALUES('acme-sit-11','2031-01-11T02:56:00.000+00:00','acme-sit','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 10, "fail": 0, "unstable": 0, "error": 0, "waived": 1, "untestable": 1, "not-applicable": 1}',0.5,20.5,711);
INSERT INTO "clausewise_runs" VALUES('uat-12','2031-01-12T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',1,'not conformant','{"pass": 5, "fail": 2, "unstable": 1, "error": 1, "waived": 1, "untestable": 2, "not-applicable": 1}',0.5,21.5,712);
INSERT INTO "clausewise_runs" VALUES('uat-03','2031-01-03T02:21:00.000+00:00','uat','test','{"toy": "toy-1"}','0','nightly',0,'conformant','{"pass": 9, "fail": 0, "unstable": 0, "error": 1, "waived": 1, "untestable": 0, "not-applicable": 2}',0.5,12.5,703);
INSERT INTO "clausewise_runs" VALUES('bare-20','2031-01-20T02:28:00.000+00:00','bare','test','{"toy": "toy-1"}','0','smoke',0,'conformant','{"pass": 0, "fail": 0, "unstable": 0, "error": 0, "waived": 0, "untestable": 0, "not-applicable": 0}',0.5,29.5,720);
CREATE TABLE clausewise_verdicts (
	run VARCHAR(160) NOT NULL, 
	clause VARCHAR(300) NOT NULL, 
	verdict VARCHAR(16) NOT NULL, 
	PRIMARY KEY (run, clause), 
	FOREIGN KEY(run) REFERENCES clausewise_runs (id)
);
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op0.field_0','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op2.field_5','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op0.field_6','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op1.field_7','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-06','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op0.field_0','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op2.field_2','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op0.field_3','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op1.field_4','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-04','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-01','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-01','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-01','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-01','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-01','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-01','toy.op1.field_4','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op2.field_2','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op0.field_3','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op0.field_6','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op0.field_9','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-08','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op1.field_1','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op0.field_3','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op2.field_11','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-09','toy.op2.naïve ''ß''','error');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-09','toy.op0.field_0','untestable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-09','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-09','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-09','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-09','toy.op1.field_4','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op0.field_0','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-10','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op1.field_1','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op2.field_2','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op0.field_6','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op1.field_10','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-07','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op0.field_0','fail');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op0.field_9','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op1.field_10','fail');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-07','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op0.field_0','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op1.field_1','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op0.field_6','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-02','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op0.field_3','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op1.field_4','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op1.field_7','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op2.field_8','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op2.field_11','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-05','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-05','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-05','toy.op1.field_1','untestable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-05','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-05','toy.op0.field_3','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-05','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op0.field_0','error');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op0.field_3','fail');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op1.field_4','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op2.field_5','fail');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op0.field_6','fail');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op0.field_9','error');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op2.field_11','waived');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-03','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op0.field_3','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op2.field_5','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-11','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op1.field_1','waived');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op0.field_3','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op2.field_5','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op0.field_9','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op1.field_10','untestable');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('acme-sit-11','toy.op2.naïve ''ß''','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op1.field_1','unstable');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op2.field_2','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op0.field_3','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op2.field_5','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op0.field_6','fail');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op1.field_7','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op0.field_9','untestable');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op2.field_11','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-12','toy.op2.naïve ''ß''','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op0.field_0','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op1.field_1','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op2.field_2','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op0.field_3','error');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op1.field_4','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op2.field_5','waived');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op0.field_6','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op1.field_7','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op2.field_8','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op0.field_9','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op1.field_10','pass');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op2.field_11','not-applicable');
INSERT INTO "clausewise_verdicts" VALUES('uat-03','toy.op2.naïve ''ß''','pass');
CREATE INDEX ix_clausewise_runs_started ON clausewise_runs (started);
CREATE INDEX ix_clausewise_runs_target ON clausewise_runs (target);
CREATE INDEX ix_clausewise_verdicts_clause ON clausewise_verdicts (clause);
COMMIT;
